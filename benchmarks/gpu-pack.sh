#!/bin/sh
# gpu-pack.sh: builds everything that gpu-check.sh needs into one folder, for a machine with a GPU and without Java, Maven and network.
#
#   benchmarks/gpu-pack.sh [DIR]          default: benchmarks/target/gpu-check. About 50 MiB: take it there whole, and run sh DIR/gpu-check.sh
#   benchmarks/gpu-pack.sh --here [DIR]   for this machine: with the JDK of this machine in the place of a packed one, and no data
#
# Needs a JDK 25 with jlink, Maven, unzip and xz. MNIST and CIFAR-10 (of which a part is taken) come from the folder that LIMBECK_DATA names, or
# from ~/.cache/limbeck/data; without them the check trains on the set of digits that the project makes itself.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

fail() {
    echo "gpu-pack: $1" >&2
    exit 1
}

here=
[ "${1:-}" != --here ] || { here=1; shift; }
case ${1:-} in -*) fail "'$1' is unknown; give --here, or a folder" ;; esac
out=${1:-benchmarks/target/gpu-check}
mkdir -p "$out"
out=$(cd "$out" && pwd)

jdk=
for folder in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/java/*; do
    if [ -x "$folder/bin/jlink" ] && grep -q '^JAVA_VERSION="\(2[5-9]\|[3-9][0-9]\)' "$folder/release" 2>/dev/null; then
        jdk=$folder
        break
    fi
done
[ -n "$jdk" ] || fail 'needs a JDK 25 with jlink and found none; set JAVA25_HOME to its folder.'
command -v mvn > /dev/null || fail 'needs Maven, and found no mvn on the PATH.'

echo "gpu-pack: building"
# Maven runs on whatever JDK it likes and finds this one for the compiler; where it has none at all, on this one.
command -v java > /dev/null || export JAVA_HOME="${JAVA_HOME:-$jdk}"
JAVA25_HOME=$jdk mvn -q -B -Pgpu -pl benchmarks -am -DskipTests package

echo "gpu-pack: packing into $out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$out/jars" "$out/tests"
mkdir -p "$out/jars" "$out/tests"
for module in tensor autograd nn distill; do
    cp "$module/target/limbeck-$module.jar" "$out/jars/"
done
cp benchmarks/target/gpu/limbeck-benchmarks.jar benchmarks/target/gpu/lib/*.jar "$out/jars/"
# JMH and what it brings stay here.
rm -f "$out"/jars/jmh-* "$out"/jars/jopt-simple-* "$out"/jars/commons-math3-*
for module in tensor distill; do
    "$jdk/bin/jar" --create --file "$out/tests/$module.jar" --date=2026-01-01T00:00:00Z -C "$module/target/test-classes" .
done
cp benchmarks/gpu-check.sh benchmarks/src/main/python/gpu_peers.py "$out/"

# Of the bindings' native halves those that are used: a third.
bindings=$(ls "$out"/jars/cuda-*-linux-x86_64.jar)
mkdir "$work/native"
for library in cudart nvrtc nccl cublas cudnn; do
    unzip -qo "$bindings" "org/bytedeco/cuda/linux-x86_64/libjni$library.so" -d "$work/native"
done
rm "$bindings"
"$jdk/bin/jar" --create --file "$bindings" --date=2026-01-01T00:00:00Z -C "$work/native" org

if [ -n "$here" ]; then
    rm -rf "$out/jre" "$out/jre.tar.xz" "$out/data"
    ln -s "$jdk" "$out/jre"
    exit 0
fi

modules=java.base,java.logging,java.management,java.net.http,java.sql,java.xml,jdk.incubator.vector,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs
key="$(cksum < "$jdk/release") $modules"
if [ "$(cat "$out/jre.key" 2>/dev/null)" != "$key" ]; then
    echo "gpu-pack: a Java runtime"
    # Not compressed by jlink, because xz does better.
    "$jdk/bin/jlink" --add-modules "$modules" --compress zip-0 --strip-debug --no-header-files --no-man-pages --output "$work/jre" 2>&1 |
        grep -v incubator || true
    [ -x "$work/jre/bin/java" ] || fail 'jlink made no Java runtime; it says why above.'
    tar -C "$work" --owner=0 --group=0 -cf - jre | xz -6 -T0 > "$out/jre.tar.xz"
    rm -f "$out/jre"
    echo "$key" > "$out/jre.key"
fi

# The first examples of a set: enough for a short training, and small.
data=
for folder in "${LIMBECK_DATA:-}" "${XDG_CACHE_HOME:-$HOME/.cache}/limbeck/data"; do
    [ -n "$folder" ] && [ -d "$folder" ] && data="$data $folder"
done
rm -rf "$out/data"
for folder in $data; do
    if [ ! -d "$out/data/mnist" ] && [ -f "$folder/mnist/train-images-idx3-ubyte.gz" ]; then
        mkdir -p "$out/data/mnist"
        cp "$folder"/mnist/t10k-*.gz "$out/data/mnist/"
        # 20,000 of 60,000 images of 28 x 28, behind a head that says so.
        { printf '\0\0\010\003\0\0\116\040'; gzip -dc "$folder/mnist/train-images-idx3-ubyte.gz" | tail -c +9 | head -c $((8 + 20000 * 784)); } |
            gzip -9n > "$out/data/mnist/train-images-idx3-ubyte.gz"
        { printf '\0\0\010\001\0\0\116\040'; gzip -dc "$folder/mnist/train-labels-idx1-ubyte.gz" | tail -c +9 | head -c 20000; } |
            gzip -9n > "$out/data/mnist/train-labels-idx1-ubyte.gz"
    fi
    train=$(ls "$folder"/cifar10/train*.bin.gz "$folder"/cifar10/data_batch_1.bin* 2>/dev/null | head -n 1)
    test=$(ls "$folder"/cifar10/test*.bin.gz "$folder"/cifar10/test_batch.bin* 2>/dev/null | head -n 1)
    if [ ! -d "$out/data/cifar10" ] && [ -n "$train" ] && [ -n "$test" ]; then
        mkdir -p "$out/data/cifar10"
        # Records of 3073 bytes.
        gzip -dcf "$train" | head -c $((5000 * 3073)) | gzip -9n > "$out/data/cifar10/train.bin.gz"
        gzip -dcf "$test" | head -c $((2000 * 3073)) | gzip -9n > "$out/data/cifar10/test.bin.gz"
    fi
done
[ -d "$out/data" ] || echo "gpu-pack: neither MNIST nor CIFAR-10 lies in the folder that LIMBECK_DATA names; the check will train on digits"

du -sk "$out"/* | sort -rn
echo "gpu-pack: $(du -sk "$out" | cut -f1) KiB; there: sh $(basename "$out")/gpu-check.sh"
