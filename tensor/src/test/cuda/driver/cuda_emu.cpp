// libcuda.so.1 over cuemu.h: "device" memory is host memory, a "cubin" is the shared library that
// cuemu-build.sh makes. With libnvrtc.so.13 from nvrtc_emu.cpp the whole Java GPU code runs unchanged
// on a CPU. Everything is synchronous. Bytes around each allocation are checked after each launch.
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

typedef int R;
enum { OK = 0, INVALID = 1, NOMEM = 2, NOT_INIT = 3, NO_CONTEXT = 201, NO_BINARY = 209, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL = 700, LAUNCH_FAILED = 719, UNSUPPORTED = 801 };
typedef int (*LaunchFn)(const char*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void**, char*, int);
struct Module { int device; void* lib; LaunchFn launch; int (*params)(const char*); const size_t* (*sizes)(const char*); std::map<std::string, struct Func*> f; };
struct Func { Module* m; std::string name; int max_dynamic = 48 * 1024; };
struct Event { double ms; };
static std::mutex mu;
struct Buffer { size_t bytes; bool guarded; int device; };
static const int DEVICES = 8;
static int contexts[DEVICES];            // a device's context is the address of its number here
static thread_local int current = -1;    // the calling thread's device; -1 before cuCtxSetCurrent
static std::map<char*, Buffer> live;  // by first byte
static size_t used = 0, made = 0;
static size_t memory() {  // of the device, in bytes
  const char* s = getenv("CUEMU_MEMORY");
  return s ? strtoull(s, nullptr, 10) : size_t(1) << 33;
}
static std::string said = "no error";  // what went wrong last, for cuGetErrorString
static bool up = false, broken = false;
static const size_t PAD = 256;
// Buffers made from now on end at a page that nobody may touch, instead of at bytes that are looked at after each launch.
static bool guard() { const char* s = getenv("CUEMU_GUARD"); return s && atoi(s); }
static size_t pages(size_t n) { return (n + 4095) / 4096 * 4096; }

static double now() { timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec * 1e-6; }
static bool inside(uint64_t p, size_t n) {
  auto i = live.upper_bound(reinterpret_cast<char*>(p));
  if (i == live.begin()) return false;
  --i;
  uint64_t a = reinterpret_cast<uint64_t>(i->first);
  return p + n <= a + i->second.bytes && i->second.device == current;
}
static R overrun(const char* who) {
  for (auto& b : live)
    for (size_t i = 0; i < PAD && !b.second.guarded; i++)
      if (static_cast<unsigned char>(b.first[-1 - static_cast<long>(i)]) != 0xA5 || static_cast<unsigned char>(b.first[b.second.bytes + i]) != 0xA5) {
        bool before = static_cast<unsigned char>(b.first[-1 - static_cast<long>(i)]) != 0xA5;
        said = std::string(who) + " wrote " + std::to_string(i + 1) + " bytes " + (before ? "before the start" : "after the end") + " of a buffer of "
            + std::to_string(b.second.bytes) + " bytes";
        fprintf(stderr, "cuda-emu: %s\n", said.c_str());
        broken = true;
        return ILLEGAL;
      }
  return OK;
}
#define API extern "C" __attribute__((visibility("default"))) R
API cuInit(unsigned) { up = true; return OK; }
API cuDriverGetVersion(int* v) { *v = 13000; return OK; }
static int devices() {
  const char* s = getenv("CUEMU_DEVICES");
  return s ? std::min(atoi(s), DEVICES) : 1;
}
API cuDeviceGetCount(int* n) { if (!up) return NOT_INIT; *n = devices(); return OK; }
API cuDeviceGet(int* d, int i) { if (i < 0 || i >= devices()) return 101; *d = i; return OK; }
API cuDeviceGetName(char* s, int n, int) { snprintf(s, n, "cuda-emu (CPU)"); return OK; }
API cuDeviceTotalMem_v2(size_t* n, int) { *n = memory(); return OK; }
API cuMemGetInfo_v2(size_t* f, size_t* t) { *t = memory(); *f = *t > used ? *t - used : 0; return OK; }
API cuDeviceGetAttribute(int* v, int a, int) {
  switch (a) {
    case 1: *v = 1024; break;           // threads per block
    case 2: case 3: *v = 1024; break;   // block x, y
    case 4: *v = 64; break;
    case 5: *v = 2147483647; break;     // grid x
    case 6: case 7: *v = 65535; break;
    case 8: *v = 49152; break;          // shared per block
    case 10: *v = 32; break;            // warp
    case 16: *v = 4; break;             // multiprocessors
    case 75: *v = 9; break;             // compute capability 9.0
    case 76: *v = 0; break;
    case 97: *v = 232448; break;        // shared per block, opt-in
    default: *v = 0;
  }
  return OK;
}
API cuDevicePrimaryCtxRetain(void** c, int d) { contexts[d] = d; *c = contexts + d; return OK; }
API cuDevicePrimaryCtxRelease_v2(int) { return OK; }
API cuCtxSetCurrent(void* c) { current = c ? *static_cast<int*>(c) : -1; return OK; }
API cuCtxGetCurrent(void** c) { *c = current < 0 ? nullptr : contexts + current; return OK; }
API cuCtxSynchronize() { return current < 0 ? NO_CONTEXT : broken ? ILLEGAL : OK; }
// For the stand-in of NCCL.
API cuemuOwns(int device, uint64_t p, size_t n) {
  std::lock_guard<std::mutex> g(mu);
  return current == device && inside(p, n);
}
API cuGetErrorName(int e, const char** s) {
  *s = e == OK ? "CUDA_SUCCESS" : e == INVALID ? "CUDA_ERROR_INVALID_VALUE" : e == NO_BINARY ? "CUDA_ERROR_NO_BINARY_FOR_GPU"
     : e == NOT_FOUND ? "CUDA_ERROR_NOT_FOUND" : e == ILLEGAL ? "CUDA_ERROR_ILLEGAL_ADDRESS" : e == LAUNCH_FAILED ? "CUDA_ERROR_LAUNCH_FAILED" : "CUDA_ERROR";
  return OK;
}
API cuGetErrorString(int, const char** s) {
  static std::string text;
  text = said;
  *s = text.c_str();
  return OK;
}
API cuMemAlloc_v2(uint64_t* p, size_t n) {
  if (!n) return INVALID;
  if (current < 0) return NO_CONTEXT;
  std::lock_guard<std::mutex> g(mu);
  if (used + n > memory()) { said = "out of memory"; return NOMEM; }
  char* b;
  const bool guarded = guard();
  if (guarded) {  // the buffer ends at an unmapped page: an overrun, read or write, faults at once
    size_t k = pages(n);
    char* m = static_cast<char*>(mmap(nullptr, k + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (m == MAP_FAILED) return NOMEM;
    mprotect(m + k, 4096, PROT_NONE);
    b = m + k - (n + 15) / 16 * 16;
  } else {
    char* m = static_cast<char*>(aligned_alloc(256, (n + 2 * PAD + 255) / 256 * 256));
    if (!m) return NOMEM;
    memset(m, 0xA5, PAD);
    memset(m + PAD + n, 0xA5, PAD);
    b = m + PAD;
  }
  memset(b, 0xff, n);
  live[b] = {n, guarded, current};
  used += n;
  made++;
  *p = reinterpret_cast<uint64_t>(b);
  return OK;
}
API cuMemFree_v2(uint64_t p) {
  if (!p) return OK;
  std::lock_guard<std::mutex> g(mu);
  auto i = live.find(reinterpret_cast<char*>(p));
  if (i == live.end()) return INVALID;
  used -= i->second.bytes;
  if (i->second.guarded) munmap(reinterpret_cast<char*>(p / 4096 * 4096), pages(i->second.bytes) + 4096);
  else free(i->first - PAD);
  live.erase(i);
  return OK;
}
static R copy(void* d, const void* s, size_t n, uint64_t a, uint64_t b) {
  std::lock_guard<std::mutex> g(mu);
  if ((a && !inside(a, n)) || (b && !inside(b, n))) return INVALID;
  memmove(d, s, n);
  return OK;
}
#define P(x) reinterpret_cast<void*>(x)
API cuMemcpyHtoD_v2(uint64_t d, const void* s, size_t n) { return copy(P(d), s, n, d, 0); }
API cuMemcpyDtoH_v2(void* d, uint64_t s, size_t n) { return copy(d, P(s), n, 0, s); }
API cuMemcpyDtoD_v2(uint64_t d, uint64_t s, size_t n) { return copy(P(d), P(s), n, d, s); }
API cuMemcpyHtoDAsync_v2(uint64_t d, const void* s, size_t n, void*) { return copy(P(d), s, n, d, 0); }
API cuMemcpyDtoHAsync_v2(void* d, uint64_t s, size_t n, void*) { return copy(d, P(s), n, 0, s); }
API cuMemcpyDtoDAsync_v2(uint64_t d, uint64_t s, size_t n, void*) { return copy(P(d), P(s), n, d, s); }
API cuMemsetD8_v2(uint64_t d, unsigned char v, size_t n) {
  std::lock_guard<std::mutex> g(mu);
  if (!inside(d, n)) return INVALID;
  memset(P(d), v, n);
  return OK;
}
API cuMemsetD32_v2(uint64_t d, unsigned v, size_t n) { std::lock_guard<std::mutex> g(mu); if (!inside(d, 4 * n)) return INVALID; for (size_t i = 0; i < n; i++) static_cast<unsigned*>(P(d))[i] = v; return OK; }
API cuMemsetD8Async(uint64_t d, unsigned char v, size_t n, void*) { return cuMemsetD8_v2(d, v, n); }
API cuMemsetD32Async(uint64_t d, unsigned v, size_t n, void*) { return cuMemsetD32_v2(d, v, n); }
API cuMemAllocAsync(uint64_t* p, size_t n, void*) { return cuMemAlloc_v2(p, n); }
API cuMemFreeAsync(uint64_t p, void*) { return cuMemFree_v2(p); }
API cuMemAllocHost_v2(void** p, size_t n) { *p = malloc(n); return *p ? OK : NOMEM; }
API cuMemHostAlloc(void** p, size_t n, unsigned) { return cuMemAllocHost_v2(p, n); }
API cuMemFreeHost(void* p) { free(p); return OK; }
API cuModuleLoadData(void** out, const void* image) {
  const auto* e = static_cast<const Elf64_Ehdr*>(image);
  if (memcmp(e->e_ident, ELFMAG, 4) || e->e_machine != EM_X86_64) {
    fprintf(stderr, "cuda-emu: this image is for a real GPU (is the real libnvrtc in use?)\n");
    return NO_BINARY;
  }
  size_t n = e->e_shoff + size_t(e->e_shentsize) * e->e_shnum;
  char path[] = "/tmp/cuda-emu-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0 || write(fd, image, n) != static_cast<ssize_t>(n)) return NOMEM;
  close(fd);
  void* lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!lib) fprintf(stderr, "cuda-emu: %s\n", dlerror());
  unlink(path);
  if (!lib) return NO_BINARY;
  auto* m = new Module;
  m->device = current;
  m->lib = lib;
  m->launch = reinterpret_cast<LaunchFn>(dlsym(lib, "cuemu_launch"));
  m->params = reinterpret_cast<int (*)(const char*)>(dlsym(lib, "cuemu_params"));
  m->sizes = reinterpret_cast<const size_t* (*)(const char*)>(dlsym(lib, "cuemu_sizes"));
  if (!m->launch) return NO_BINARY;
  *out = m;
  return OK;
}
API cuModuleLoadDataEx(void** out, const void* image, unsigned, void*, void*) { return cuModuleLoadData(out, image); }
API cuModuleUnload(void*) { return OK; }  // worker threads live in the library: it stays
API cuModuleGetFunction(void** f, void* mod, const char* name) {
  auto* m = static_cast<Module*>(mod);
  if (m->params(name) < 0) return NOT_FOUND;
  std::lock_guard<std::mutex> g(mu);
  Func*& x = m->f[name];
  if (!x) x = new Func{m, name};
  *f = x;
  return OK;
}
API cuFuncSetAttribute(void* f, int a, int v) { if (a == 8) { if (v > 232448) return INVALID; static_cast<Func*>(f)->max_dynamic = v; } return OK; }
API cuFuncGetAttribute(int* v, int, void*) { *v = 0; return OK; }
// To measure what a launch costs in Java.
static bool skip() { const char* s = getenv("CUEMU_SKIP"); return s && atoi(s); }
// A stream holds the number of its device.
static bool foreign(void* stream) { return stream && *static_cast<int*>(stream) != current; }
API cuLaunchKernel(void* fn, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned sh, void* stream, void** params, void** extra) {
  auto* f = static_cast<Func*>(fn);
  if (current < 0) return NO_CONTEXT;
  if (foreign(stream) || f->m->device != current) { said = "the stream or the kernel is that of another device"; return INVALID_HANDLE; }
  if (extra || static_cast<int>(sh) > f->max_dynamic) return INVALID;
  if (skip()) return OK;
  char err[512];
  int rc = f->m->launch(f->name.c_str(), gx, gy, gz, bx, by, bz, sh, params, err, sizeof err);
  if (rc) { said = err; fprintf(stderr, "cuda-emu: %s\n", err); broken = broken || rc == 3; return rc == 2 ? INVALID : LAUNCH_FAILED; }
  std::lock_guard<std::mutex> g(mu);
  return overrun(f->name.c_str());
}
API cuStreamCreate(void** s, unsigned) { if (current < 0) return NO_CONTEXT; *s = new int(current); return OK; }
API cuStreamDestroy_v2(void* s) { delete static_cast<int*>(s); return OK; }
API cuStreamSynchronize(void* s) { return foreign(s) ? INVALID_HANDLE : cuCtxSynchronize(); }
API cuStreamWaitEvent(void*, void*, unsigned) { return OK; }
API cuEventCreate(void** e, unsigned) { *e = new Event{0}; return OK; }
API cuEventDestroy_v2(void* e) { delete static_cast<Event*>(e); return OK; }
API cuEventRecord(void* e, void*) { static_cast<Event*>(e)->ms = now(); return OK; }
API cuEventSynchronize(void*) { return cuCtxSynchronize(); }
API cuEventElapsedTime_v2(float* ms, void* a, void* b) { *ms = float(static_cast<Event*>(b)->ms - static_cast<Event*>(a)->ms); return OK; }

// Graphs of kernels. A node keeps the values of its arguments, not their addresses. An executable graph is a copy; a handle of
// what has been destroyed is refused. Nodes that do not wait for each other run in the reverse order of their making.
struct NodeParams { void* func; unsigned grid[3], block[3], shared; void** params; void** extra; void* kern; void* ctx; };  // CUDA_KERNEL_NODE_PARAMS_v2
struct Node { Func* f; unsigned grid[3], block[3], shared; std::vector<std::vector<char>> values; std::vector<Node*> after; };
struct Graph { std::vector<Node*> nodes; };
struct Exec { std::vector<std::pair<Node*, Node>> nodes; };  // the node of the graph that one was made of, which may be gone
static const size_t NODE = 1024;  // of the device's memory; what it is on a real one is the driver's secret
static std::mutex graph_mu;
static std::set<Graph*> graphs;
static std::set<Exec*> execs;
static std::set<Node*> nodes;
static R refuse(const char* why) { said = why; fprintf(stderr, "cuda-emu: %s\n", why); return INVALID; }
static R set(Node* n, const NodeParams* p) {
  if (!p->func || !p->params || p->extra || p->kern || p->ctx) return refuse("a kernel node takes a function and its parameters here, and nothing else");
  n->f = static_cast<Func*>(p->func);
  if (static_cast<int>(p->shared) > n->f->max_dynamic) return refuse("a kernel node wants more shared memory than its function allows");
  memcpy(n->grid, p->grid, sizeof n->grid);
  memcpy(n->block, p->block, sizeof n->block);
  n->shared = p->shared;
  n->values.clear();
  const size_t* sizes = n->f->m->sizes(n->f->name.c_str());
  for (int i = 0; sizes[i]; i++) n->values.emplace_back(static_cast<char*>(p->params[i]), static_cast<char*>(p->params[i]) + sizes[i]);
  return OK;
}
API cuGraphCreate(Graph** g, unsigned flags) { std::lock_guard<std::mutex> g1(graph_mu); if (flags) return INVALID; *g = new Graph; graphs.insert(*g); return OK; }
API cuGraphDestroy(Graph* g) {
  std::lock_guard<std::mutex> g1(graph_mu);
  if (!graphs.erase(g)) return refuse("cuGraphDestroy of no graph");
  for (Node* n : g->nodes) { nodes.erase(n); delete n; }
  delete g;
  return OK;
}
API cuGraphAddKernelNode_v2(Node** out, Graph* g, Node** after, size_t count, const NodeParams* p) {
  std::lock_guard<std::mutex> g1(graph_mu);
  if (!graphs.count(g)) return refuse("cuGraphAddKernelNode to no graph");
  Node made;
  for (size_t i = 0; i < count; i++) {
    if (!nodes.count(after[i])) return refuse("a kernel node is to wait for no node");
    made.after.push_back(after[i]);
  }
  if (R rc = set(&made, p)) return rc;
  g->nodes.push_back(*out = new Node(made));
  nodes.insert(*out);
  return OK;
}
API cuGraphInstantiateWithFlags(Exec** e, Graph* g, unsigned long long flags) {
  std::lock_guard<std::mutex> g1(graph_mu);
  if (flags || !graphs.count(g)) return refuse("cuGraphInstantiate of no graph");
  std::lock_guard<std::mutex> g2(mu);
  if (used + NODE * g->nodes.size() > memory()) { said = "out of memory"; return NOMEM; }
  used += NODE * g->nodes.size();
  *e = new Exec;
  for (Node* n : g->nodes) (*e)->nodes.emplace_back(n, *n);
  execs.insert(*e);
  return OK;
}
API cuGraphExecDestroy(Exec* e) {
  std::lock_guard<std::mutex> g1(graph_mu);
  if (!execs.erase(e)) return refuse("cuGraphExecDestroy of no executable graph");
  std::lock_guard<std::mutex> g2(mu);
  used -= NODE * e->nodes.size();
  delete e;
  return OK;
}
API cuGraphExecKernelNodeSetParams_v2(Exec* e, Node* node, const NodeParams* p) {
  std::lock_guard<std::mutex> g1(graph_mu);
  if (!execs.count(e) || !nodes.count(node)) return refuse("cuGraphExecKernelNodeSetParams of no executable graph, or no node");
  for (auto& n : e->nodes)
    if (n.first == node) return p->func == n.second.f ? set(&n.second, p) : refuse("cuGraphExecKernelNodeSetParams with another function");
  return refuse("cuGraphExecKernelNodeSetParams of a node of another graph");
}
API cuGraphLaunch(Exec* e, void* stream) {
  {
    std::lock_guard<std::mutex> g1(graph_mu);
    if (!execs.count(e)) return refuse("cuGraphLaunch of no executable graph");
  }
  if (skip()) return OK;
  std::set<Node*> done;
  while (done.size() < e->nodes.size())
    for (auto n = e->nodes.rbegin(); n != e->nodes.rend(); ++n) {
      bool ready = !done.count(n->first);
      for (Node* other : n->second.after) ready = ready && done.count(other);
      if (!ready) continue;
      Node& k = n->second;
      std::vector<void*> params;
      for (auto& v : k.values) params.push_back(v.data());
      R rc = cuLaunchKernel(k.f, k.grid[0], k.grid[1], k.grid[2], k.block[0], k.block[1], k.block[2], k.shared, stream, params.data(), nullptr);
      if (rc) return rc;
      done.insert(n->first);
      break;
    }
  return OK;
}
