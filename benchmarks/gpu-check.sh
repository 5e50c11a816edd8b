#!/bin/sh
# gpu-check.sh: everything that a machine with a GPU can show, in one command and less than 8 minutes: the tests of the CUDA backend on the
# hardware itself, models trained on the GPU and on the CPU, kernels beside cuBLAS, cuDNN and a copy, and steps of training beside PyTorch.
# NOT YET RUN ON HARDWARE.
#
#   benchmarks/gpu-check.sh              builds first; needs a JDK 25 and Maven
#   benchmarks/gpu-pack.sh DIR           elsewhere, for a machine without Java, Maven and network; DIR is taken there, and then:
#   sh DIR/gpu-check.sh                  the same check
#
#   --quick      toys in the place of real sizes: tries the check, not the machine
#   --out DIR    where table.txt, figures.tsv, check.log and the logs of single parts go; by default the folder out beside the packed jars
#
# Needs an NVIDIA driver for CUDA 13, and libcudart.so.13 and libnvrtc.so.13, in LD_LIBRARY_PATH, /usr/local/cuda* or Python's nvidia packages.
# libcublas.so.13, cuDNN 9 and PyTorch are measured where they are there. Ends with status 1 if a test failed, if an accuracy is not that of the
# CPU, or if one of them could not be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -d "$here/jars" ]; then
    sh "$here/gpu-pack.sh" --here "$here/target/gpu-check" || exit 1
    exec sh "$here/target/gpu-check/gpu-check.sh" "$@"
fi

quick=
out=$here/out
while [ $# -gt 0 ]; do
    case $1 in
        --quick) quick=--quick ;;
        --out) out=${2:?--out needs a folder}; shift ;;
        *) echo "gpu-check: '$1' is unknown; known are --quick and --out DIR" >&2; exit 2 ;;
    esac
    shift
done
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
rm -rf "$out"/*.tsv "$out/table.txt" "$out/runs"
# Parts end one by one when their time is over, so that the table is printed in any case. Toys may take theirs: they run anywhere.
start=$(date +%s)
most=460
[ -z "$quick" ] || most=7200

# The longest that a part may take: $1 seconds, or what is left.
limit() {
    left=$((start + most - $(date +%s)))
    [ "$left" -gt 5 ] || left=5
    [ -n "$quick" ] || [ "$1" -ge "$left" ] || left=$1
    echo "$left"
}

# part NAME SECONDS COMMAND...: runs it, and says in a line if it failed or its time was over.
part() {
    name=$1
    seconds=$(limit "$2")
    shift 2
    echo "== $name (at $(($(date +%s) - start)) s)"
    "$@"
    code=$?
    case $code in
        0) ;;
        124 | 137) echo "$name: not finished, because its $seconds seconds were over" ;;
        *) echo "$name: ended with status $code" ;;
    esac
    return $code
}

# A program within the time of its part.
timed() {
    timeout -k 5 "$seconds" "$@"
}

# Java: a folder, or packed, and then unpacked once.
temporary=${TMPDIR:-/tmp}/limbeck-gpu-check-$(id -u)
mkdir -p "$temporary"
java=$here/jre/bin/java
if [ ! -x "$java" ]; then
    jre=$temporary/jre-$(cksum < "$here/jre.key" | cut -d ' ' -f 1)
    java=$jre/bin/java
    if [ ! -x "$java" ]; then
        fresh=$(mktemp -d "$temporary/unpack-XXXXXX")
        tar -C "$fresh" -xJf "$here/jre.tar.xz" 2>/dev/null ||
            python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/jre.tar.xz" "$fresh" ||
            { echo 'gpu-check: the Java runtime cannot be unpacked: there is neither xz nor Python' >&2; exit 1; }
        mv "$fresh/jre" "$jre" && rm -rf "$fresh"
    fi
fi

# Where CUDA's libraries may lie, the best last.
plain=${LD_LIBRARY_PATH:-}
path=$plain
for folder in /usr/local/nvidia/lib64 /usr/local/cuda/lib64 /usr/local/cuda-13*/lib64 \
    $(python3 -c 'import site, sys; print(*[p for p in site.getsitepackages() + sys.path if p], sep="\n")' 2>/dev/null | sort -u |
        while read -r site; do ls -d "$site"/nvidia/*/lib 2>/dev/null; done); do
    [ -d "$folder" ] && path=$folder${path:+:$path}
done

jars=$(ls "$here"/jars/*.jar | grep -v junit-platform-console | tr '\n' ':')
console=$(ls "$here"/jars/junit-platform-console-standalone-*.jar)
# Words without spaces, one option each.
flags="--enable-native-access=ALL-UNNAMED --add-modules jdk.incubator.vector -Dorg.bytedeco.javacpp.cachedir=$temporary/javacpp
    -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0"
export LD_LIBRARY_PATH="$path"
[ -n "${LIMBECK_DATA:-}" ] || [ ! -d "$here/data" ] || export LIMBECK_DATA="$here/data"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/limbeck/data

machine() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null || echo 'nvidia-smi is not there'
    sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c
    for library in libcuda.so.1 libcudart.so.13 libnvrtc.so.13 libcublas.so.13 libcudnn_cnn.so.9 libnccl.so.2; do
        found=
        for folder in $(echo "$path" | tr ':' ' ') $(ldconfig -p 2>/dev/null | sed -n "s|.*$library .*=> \(.*\)/[^/]*|\1|p"); do
            [ -n "$found" ] || [ ! -e "$folder/$library" ] || found=$folder
        done
        echo "$library: ${found:-not found}"
    done
    timed "$java" $flags -cp "$jars" limbeck.distill.cli.Main devices | tee "$out/devices.log"
    grep -q '^cuda:0 ' "$out/devices.log" && ! grep -q '^cuda:0 .*cannot be used' "$out/devices.log"
}

# tests MODULE PATTERN: those of the CUDA backend in a module; their numbers become figures.
tests() {
    timed "$java" $flags -Xmx2g -Dlimbeck.cuda.hardware=true -Dlimbeck.cuda.grain=16 -cp "$here/tests/$1.jar:$here/tests/tensor.jar:$jars$console" \
        org.junit.platform.console.ConsoleLauncher execute --scan-classpath="$here/tests/$1.jar" --include-tag=cuda-emulated \
        --include-classname="$2" --details=summary --disable-banner > "$out/tests-$1.log" 2>&1
    code=$?
    sed -n '/^Failures/,$p' "$out/tests-$1.log" | grep 'JUnit Jupiter:\|=>' | head -n 40
    return $code
}

# number TEXT FILE: the number that a line of JUnit's summary has in front of that text.
number() {
    sed -n "s/^\[ *\([0-9]*\) $1 *\]/\1/p" "$2" | tail -n 1
}

count_tests() {
    passed=$(number 'tests successful' "$out/tests-$1.log")
    failed=$(number 'tests failed' "$out/tests-$1.log")
    skipped=$(number 'tests aborted' "$out/tests-$1.log")
    [ -n "$passed" ] || { passed=0; failed=1; }
    echo "passed: $passed, failed: $failed, only for an emulated GPU: ${skipped:-0}"
    printf '%s\t%s\t%s\t%s\n' "tests of $1" limbeck "$passed" tests "tests of $1" all $((passed + failed)) tests >> "$out/tests.tsv"
}

# distil NAME DEVICE SETTINGS...: a teacher, a student alone and a student distilled.
distil() {
    of=$1
    device=$2
    shift 2
    timed "$java" $flags -cp "$jars" limbeck.distill.cli.Main distill --quiet --trust-teacher --device "$device" --out "$out/runs/$of-$device" "$@" \
        > "$out/$of-$device.log" 2>&1 || { tail -n 3 "$out/$of-$device.log"; return 1; }
}

# What is trained, and on which data: those of the images that lie here, else digits that the project makes itself.
is_here() {
    [ -d "${LIMBECK_DATA:-/nowhere}/$1" ] || [ -d "$cache/$1" ]
}
sets=
if [ -z "$quick" ]; then
    for set in mnist cifar10; do
        is_here $set && sets="$sets $set"
    done
fi
sets=${sets:-digits}

distil_set() {
    case $quick$1 in
        --quick*) distil "$1" "$2" --data digits --train-size 128 --teacher mlp-30 --student mlp-10 --teacher-epochs 1 --epochs 1 --seeds 1 ;;
        mnist) distil mnist "$2" --data mnist --train-size 20000 --teacher mlp-1200-1200 --student mlp-64 --teacher-epochs 3 --epochs 4 --seeds 2 ;;
        cifar10) distil cifar10 "$2" --data cifar10 --train-size 5000 --teacher resnet20 --student resnet8 --teacher-epochs 8 --epochs 8 --seeds 2 ;;
        *) distil "$1" "$2" --data "$1" --teacher cnn-small --student mlp-64 --teacher-epochs 3 --epochs 4 --seeds 2 ;;
    esac
}

distil_all() {
    for set in $sets; do
        distil_set "$set" "$1" || return
    done
}

compare() {
    for set in $sets; do
        timed "$java" $flags -cp "$jars" limbeck.benchmarks.gpu.Accuracies "$set" "$out/runs/$set-cuda/summary.json" \
            "$out/runs/$set-cpu/summary.json" "$out/accuracies.tsv" || return
    done
}

# measure CLASS FILE ARGUMENTS...: its figures go to the file.
graphs=
measure() {
    main=$1
    file=$2
    shift 2
    timed "$java" $flags $graphs -cp "$jars" "limbeck.benchmarks.gpu.$main" $quick --out "$out/$file" "$@"
}

pytorch() {
    command -v python3 > /dev/null || { echo 'PyTorch is not measured: there is no python3'; return 0; }
    timed env LD_LIBRARY_PATH="$plain" python3 "$here/gpu_peers.py" $quick --only "$1" --out "$out/pytorch.tsv"
}

# Each precision has kernels of its own, and their compiler has one thread: four programs compile what all later ones find.
compile() {
    programs=
    for precision in tf32 fp32 bf16 strict; do
        timed "$java" $flags -cp "$jars" limbeck.benchmarks.gpu.Rates --quick --precision $precision > "$out/compile-$precision.log" 2>&1 &
        programs="$programs $!"
    done
    code=0
    for program in $programs; do
        wait "$program" || code=$?
    done
    grep -h failed "$out"/compile-*.log | head -n 20
    return $code
}

check() {
    broken=0
    part 'the machine' 30 machine || { echo 'there is no GPU to check'; return 1; }
    [ -n "$quick" ] || part 'compiling the kernels' 60 compile
    # The CPU learns while the GPU is tested: neither is timed.
    seconds=$(limit 150)
    distil_all cpu &
    cpu=$!
    tested='.*Test'
    [ -z "$quick" ] || tested='.*(CudaDistillation|CudaMemory|Replay)Test'
    for module in tensor distill; do
        part "tests of $module on the GPU" 110 tests $module "$tested" || broken=1
        count_tests $module
    done
    part 'learning on the GPU' 90 distil_all cuda || broken=1
    wait $cpu || { echo 'learning on the CPU failed, or its time was over'; broken=1; }
    part 'accuracies of both' 20 compare || broken=1
    part 'kernels' 120 measure Rates rates.tsv
    part 'steps' 60 measure Steps steps.tsv
    graphs=-Dlimbeck.cuda.graphs=false
    part 'steps without graphs' 25 measure Steps steps.tsv --precision tf32
    part 'PyTorch as it comes' 60 pytorch eager
    part 'PyTorch compiled' 460 pytorch compiled
    echo "== the table (at $(($(date +%s) - start)) s)"
    for file in rates steps pytorch accuracies tests; do
        cat "$out/$file.tsv" 2> /dev/null
    done > "$out/figures.tsv"
    # As long as it takes: all else would be lost.
    "$java" $flags -cp "$jars" limbeck.benchmarks.gpu.Check "$out/figures.tsv" > "$out/table.txt" || broken=1
    cat "$out/table.txt"
    echo "took $(($(date +%s) - start)) s; all of it is in $out"
    return $broken
}

{
    check
    echo $? > "$temporary/status"
} 2>&1 | grep --line-buffered -v 'WARNING: Using incubator modules' | tee "$out/check.log"
exit "$(cat "$temporary/status")"
