#!/bin/sh
# build.sh DIR: builds the stand-ins into DIR: libcuda.so.1, libnvrtc.so.13, libnccl.so.2, libcudart.so.13 (empty; only so
# that libjnicudart.so loads where no CUDA runtime is installed). Keep DIR off any real GPU machine's path.
set -eu
lib=$1
mkdir -p "$lib"
lib=$(cd "$lib" && pwd)
cd "$(dirname "$0")"
C="${CXX:-g++} -std=c++17 -O2 -fPIC -shared -fvisibility=hidden -Wall -pthread"
$C -Wl,-soname,libcuda.so.1 cuda_emu.cpp -o "$lib"/libcuda.so.1 -ldl
$C -Wl,-soname,libnccl.so.2 nccl_emu.cpp -o "$lib"/libnccl.so.2 "$lib"/libcuda.so.1
$C -Wl,-soname,libnvrtc.so.13 nvrtc_emu.cpp -o "$lib"/libnvrtc.so.13 -ldl
for s in cudart nvrtc; do echo "lib$s.so.13 { };" > "$lib"/$s.map; done
echo 'extern "C" __attribute__((visibility("default"))) int cudaEmuStandIn() { return 1; }' > "$lib"/rt.cpp
echo 'libcudart.so.13 { global: *; };' > "$lib"/cudart.map
echo 'libnvrtc.so.13 { global: nvrtc*; local: *; };' > "$lib"/nvrtc.map
$C -Wl,-soname,libcudart.so.13 -Wl,--version-script="$lib"/cudart.map "$lib"/rt.cpp -o "$lib"/libcudart.so.13
$C -Wl,-soname,libnvrtc.so.13 -Wl,--version-script="$lib"/nvrtc.map nvrtc_emu.cpp -o "$lib"/libnvrtc.so.13 -ldl
rm -f "$lib"/*.map "$lib"/rt.cpp
