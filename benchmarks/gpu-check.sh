#!/bin/sh
# gpu-check.sh: everything that a machine with a GPU can show, in one command: what is there, the tests of the CUDA backend on the
# hardware itself, and the rates of single kernels. Needs a JDK 25, Maven's local repository with the project's dependencies (or a
# network), an NVIDIA driver for CUDA 13, and libcudart.so.13 and libnvrtc.so.13: in LD_LIBRARY_PATH, /usr/local/cuda*, or Python's
# nvidia packages. Output also goes to gpu-check.log. NOT YET RUN ON HARDWARE.
set -eu
cd "$(dirname "$0")/.."
log=benchmarks/target/gpu-check.log
mkdir -p benchmarks/target

# Where CUDA's libraries may lie.
path=${LD_LIBRARY_PATH:-}
for folder in /usr/local/cuda-13*/lib64 /usr/local/cuda/lib64 /usr/local/nvidia/lib64 \
    $(python3 -c 'import site, sys; print(*[p for p in site.getsitepackages() + sys.path if p])' 2>/dev/null |
        tr ' ' '\n' | sort -u | while read -r site; do ls -d "$site"/nvidia/*/lib 2>/dev/null; done); do
    [ -d "$folder" ] && path=$folder:$path
done
export LD_LIBRARY_PATH="$path"

{
    echo "== the machine"
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv 2>/dev/null || echo "nvidia-smi is not there"
    echo "== the tests of the CUDA backend, on the hardware"
    mvn -B -q -pl distill -am verify -Dgroups=cuda-emulated -Dcuda.hardware=true && echo "all passed"
    echo "== rates of single kernels"
    mvn -B -q -pl benchmarks -am package -DskipTests
    jars=$(find "${HOME}/.m2/repository/org/bytedeco/javacpp/1.5.13" "${HOME}/.m2/repository/org/bytedeco/cuda/13.1-9.19-1.5.13" \
        -name '*.jar' | tr '\n' ':')
    java --enable-native-access=ALL-UNNAMED --add-modules jdk.incubator.vector \
        -cp "benchmarks/target/limbeck-benchmarks.jar:tensor/target/limbeck-tensor.jar:$jars" limbeck.benchmarks.GpuRates
} 2>&1 | tee "$log"
