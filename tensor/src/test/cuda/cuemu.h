// cuemu.h - runs ordinary CUDA kernels on a CPU, for checking results where there is no GPU.
// A .cu file of extern "C" __global__ kernels is compiled by g++ with this header in front
// (cuemu-build.sh does it) into a shared library with one entry point, cuemu_launch.
//
// Model: blocks are shared out among OS threads; the threads of one block are fibers on one OS
// thread, so __shared__ is thread_local. A fiber runs until it meets a barrier or a warp
// collective. A kernel without those costs one function call per CUDA thread.
// Reported as errors: barrier or collective not reached by all, lane outside its mask, mixed
// collectives, exited lanes in a mask, deadlock. CUEMU_ORDER=fwd|rev|rand[:seed] changes the order
// of the threads: results that change with it point at a missing barrier.
#pragma once
#define CUEMU 1
#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __grid_constant__
// block scope: thread_local implies static, i.e. one copy for all fibers of the OS thread
#define __shared__ thread_local
#ifdef __restrict__
#undef __restrict__
#endif
#define __restrict__ __restrict

// ---------------------------------------------------------------- vector types
#define CUEMU_V2(T, N) struct alignas(2 * sizeof(T)) N##2 { T x, y; }; \
  static inline N##2 make_##N##2(T x, T y) { return {x, y}; }
#define CUEMU_V4(T, N) struct alignas(4 * sizeof(T) > 16 ? 16 : 4 * sizeof(T)) N##4 { T x, y, z, w; }; \
  static inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
#define CUEMU_V3(T, N) struct N##3 { T x, y, z; }; \
  static inline N##3 make_##N##3(T x, T y, T z) { return {x, y, z}; }
CUEMU_V2(float, float) CUEMU_V3(float, float) CUEMU_V4(float, float)
CUEMU_V2(int, int) CUEMU_V3(int, int) CUEMU_V4(int, int)
CUEMU_V2(unsigned, uint) CUEMU_V3(unsigned, uint) CUEMU_V4(unsigned, uint)
CUEMU_V2(double, double)
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
static constexpr int warpSize = 32;

namespace cuemu {
// ---------------------------------------------------------------- fibers
#if defined(__x86_64__)
extern "C" void cuemu_switch(void** save, void* load) __attribute__((visibility("hidden")));
__asm__(
    ".text\n.hidden cuemu_switch\n.globl cuemu_switch\n.type cuemu_switch,@function\ncuemu_switch:\n"
    "  pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
    "  movq %rsp,(%rdi)\n  movq %rsi,%rsp\n"
    "  popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n  ret\n"
    ".size cuemu_switch,.-cuemu_switch\n");
static inline void* fresh_stack(char* top, void (*entry)()) {
  void** p = reinterpret_cast<void**>(reinterpret_cast<uintptr_t>(top) & ~uintptr_t(15));
  *--p = nullptr;                            // keeps rsp = 8 mod 16 at entry, as after a call
  *--p = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; i++) *--p = nullptr;  // rbp rbx r12..r15
  return p;
}
#else
#error "cuemu.h: port cuemu_switch (six callee-saved registers and the stack pointer) to this CPU"
#endif

enum State : uint8_t { NEW, RUNNING, BARRIER, WARP, DONE };
enum Kind : int { SHFL, SHFL_UP, SHFL_DOWN, SHFL_XOR, BALLOT, SYNCWARP, REDADD, REDMAX, REDMIN, MMA_TF32 };
static const char* const kind_name[] = {"__shfl_sync", "__shfl_up_sync", "__shfl_down_sync",
    "__shfl_xor_sync", "vote", "__syncwarp", "__reduce_add_sync", "__reduce_max_sync",
    "__reduce_min_sync", "mma tf32"};

struct Thread {
  uint3 tid;
  int lin;
  State state;
  int line;       // where it waits
  int fiber;      // which fiber holds it while it waits
  uint64_t in, out;
  int arg, width;
};
struct WarpOp { uint32_t mask, want, arrived; int kind, line; };
struct Warp { WarpOp op[4]; int n = 0; uint32_t gone = 0; };
struct Fiber { void* sp = nullptr; char* stack = nullptr; int thr = -1; };

struct Launch {
  dim3 grid, block;
  unsigned shared;
  void (*thunk)(void**);
  void** params;
  std::atomic<unsigned long long> next{0};
  std::atomic<bool> failed{false};
  std::mutex mu;
  std::string error;
  bool lenient = false;
  int order = 0;  // 0 forward, 1 reverse, 2 random
  unsigned seed = 1;
  void fail(const char* f, ...) {
    char buf[512];
    va_list ap;
    va_start(ap, f);
    vsnprintf(buf, sizeof buf, f, ap);
    va_end(ap);
    std::lock_guard<std::mutex> g(mu);
    if (!failed.exchange(true)) error = buf;
  }
};

struct Block;
extern thread_local Thread* cur __attribute__((tls_model("initial-exec"), visibility("hidden")));
extern thread_local Block* blk __attribute__((tls_model("initial-exec"), visibility("hidden")));
thread_local Thread* cur = nullptr;
thread_local Block* blk = nullptr;

struct Block {
  static constexpr size_t STACK = 128 * 1024;
  uint3 bid{};
  dim3 bdim, gdim;
  Launch* L = nullptr;
  std::vector<Thread> thr;
  std::vector<Warp> warps;
  std::vector<Fiber> fibers;
  std::vector<int> idle, order, runq;
  size_t runhead = 0;
  void* sched = nullptr;
  int n = 0, started = 0, done = 0, arrived = 0, running = -1, pred = 0, pred_and = 1, pred_or = 0;
  int out_count = 0, out_and = 0, out_or = 0;
  std::vector<char> dyn;
  char* dynp = nullptr;

  ~Block() { for (auto& f : fibers) if (f.stack) munmap(f.stack, STACK); }

  static void entry() {
    Block* b = blk;
    while (b->started < b->n && !b->L->failed.load(std::memory_order_relaxed)) {
      Thread& t = b->thr[b->order[b->started++]];
      cur = &t;
      t.state = RUNNING;
      b->L->thunk(b->L->params);
      t.state = DONE;
      b->done++;
      b->warps[t.lin >> 5].gone |= 1u << (t.lin & 31);
      if (b->arrived) b->exit_at_barrier(t);
    }
    b->idle.push_back(b->running);
    void* dead;
    cuemu_switch(&dead, b->sched);
    abort();
  }
  void resume(int f) {
    running = f;
    cur = fibers[f].thr >= 0 ? &thr[fibers[f].thr] : nullptr;
    if (cur) cur->state = RUNNING;
    cuemu_switch(&sched, fibers[f].sp);
  }
  void wait(State s) {
    Fiber& f = fibers[running];
    Thread* me = cur;
    me->state = s;
    me->fiber = running;
    f.thr = me->lin;
    int keep = running;
    cuemu_switch(&f.sp, sched);
    fibers[keep].thr = -1;
  }
  [[noreturn]] void die() {  // the launch has failed: never come back to this fiber
    void* dead;
    cuemu_switch(&dead, sched);
    abort();
  }
  void wake(int t) { runq.push_back(t); }

  int pick_fiber() {
    if (!idle.empty()) { int f = idle.back(); idle.pop_back(); init(f); return f; }
    fibers.emplace_back();
    Fiber& f = fibers.back();
    f.stack = static_cast<char*>(mmap(nullptr, STACK, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (f.stack == MAP_FAILED) { fprintf(stderr, "cuemu: no memory for a fiber\n"); abort(); }
    mprotect(f.stack, 4096, PROT_NONE);
    init(static_cast<int>(fibers.size()) - 1);
    return static_cast<int>(fibers.size()) - 1;
  }
  void init(int f) {  // staggered tops: equal ones would fight for the same cache sets
    fibers[f].thr = -1;
    fibers[f].sp = fresh_stack(fibers[f].stack + STACK - size_t(f) * 832 % 16384, entry);
  }

  void setup(Launch& l) {
    L = &l; bdim = l.block; gdim = l.grid;
    n = static_cast<int>(bdim.x * bdim.y * bdim.z);
    thr.resize(n);
    warps.resize((n + 31) / 32);
    order.resize(n);
    for (int i = 0; i < n; i++) {
      order[i] = l.order == 1 ? n - 1 - i : i;
      thr[i].lin = i;
      thr[i].tid = {i % bdim.x, i / bdim.x % bdim.y, i / (bdim.x * bdim.y)};
    }
    if (l.order == 2) {
      uint64_t s = l.seed * 0x9E3779B97F4A7C15ull + 1;
      for (int i = n - 1; i > 0; i--) {
        s = s * 6364136223846793005ull + 1442695040888963407ull;
        std::swap(order[i], order[(s >> 33) % (i + 1)]);
      }
    }
    dyn.resize(l.shared + 256);
    dynp = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(dyn.data()) + 127) & ~uintptr_t(127));
  }
  void run(uint3 id) {
    bid = id;
    started = done = arrived = 0;
    pred = 0; pred_and = 1; pred_or = 0;
    for (auto& t : thr) t.state = NEW;
    for (auto& w : warps) w.n = 0, w.gone = 0;
    runq.clear();
    runhead = 0;
    memset(dynp, 0xff, L->shared);  // NaN in every float: nobody may count on zeros
    while (!L->failed.load(std::memory_order_relaxed)) {
      if (started < n) resume(pick_fiber());
      else if (runhead < runq.size()) {
        int t = runq[runhead++];
        if (runhead == runq.size()) { runq.clear(); runhead = 0; }
        resume(thr[t].fiber);
      } else if (done == n) return;
      else { deadlock(); return; }
    }
    // failed: the fibers that wait are dropped with their stacks reusable
    idle.clear();
    for (size_t i = 0; i < fibers.size(); i++) idle.push_back(static_cast<int>(i));
  }
  void where(char* b, size_t m, const Thread& t) const {
    snprintf(b, m, "block (%u,%u,%u) thread (%u,%u,%u)", bid.x, bid.y, bid.z, t.tid.x, t.tid.y, t.tid.z);
  }
  void deadlock() {
    int nb = 0, nw = 0;
    const Thread* one = nullptr;
    for (auto& t : thr) {
      if (t.state == BARRIER) nb++;
      if (t.state == WARP) nw++;
      if ((t.state == BARRIER || t.state == WARP) && !one) one = &t;
    }
    char b[128];
    where(b, sizeof b, *one);
    L->fail("deadlock: %d threads at __syncthreads, %d at warp collectives, %d done; e.g. %s, line %d",
        nb, nw, done, b, one->line);
  }
  // ---- block barrier
  void exit_at_barrier(const Thread& t) {
    if (L->lenient) { if (arrived == n - done) release(); return; }
    char b[128];
    where(b, sizeof b, t);
    L->fail("%s returned while %d threads wait at __syncthreads", b, arrived);
  }
  void release() {
    out_count = pred; out_and = pred_and; out_or = pred_or;
    pred = 0; pred_and = 1; pred_or = 0; arrived = 0;
    for (int i : order) if (thr[i].state == BARRIER) wake(i);
  }
  void barrier(int line, int p) {
    Thread* me = cur;
    if (done && !L->lenient) {
      char b[128];
      where(b, sizeof b, *me);
      L->fail("%s at __syncthreads, line %d, after %d threads of its block returned", b, line, done);
      die();
    }
    me->line = line;
    if (arrived && !L->lenient && barrier_line != line) {
      char b[128];
      where(b, sizeof b, *me);
      L->fail("%s at __syncthreads line %d, others at line %d", b, line, barrier_line);
      die();
    }
    barrier_line = line;
    pred += p != 0; pred_and &= p != 0; pred_or |= p != 0;
    if (++arrived == n - done) { release(); return; }
    wait(BARRIER);
  }
  int barrier_line = 0;
  // ---- warp collectives: the last lane to arrive does the exchange for all of them
  uint64_t warp(int kind, uint32_t mask, uint64_t v, int arg, int width, int line);
  void mma_tf32(int w);
};

struct MmaTf32 { float* d; const uint32_t* a; const uint32_t* b; };

inline void Block::mma_tf32(int w) {  // PTX m16n8k8 .row.col fragments; tf32 keeps 19 of 32 bits
  float A[16][8], B[8][8], C[16][8];
  for (int l = 0; l < 32; l++) {
    auto* m = reinterpret_cast<MmaTf32*>(thr[w * 32 + l].in);
    int g = l >> 2, t = l & 3;
    auto f = [](uint32_t u) { u &= 0xffffe000u; float x; memcpy(&x, &u, 4); return x; };
    A[g][t] = f(m->a[0]); A[g + 8][t] = f(m->a[1]); A[g][t + 4] = f(m->a[2]); A[g + 8][t + 4] = f(m->a[3]);
    B[t][g] = f(m->b[0]); B[t + 4][g] = f(m->b[1]);
    C[g][2 * t] = m->d[0]; C[g][2 * t + 1] = m->d[1]; C[g + 8][2 * t] = m->d[2]; C[g + 8][2 * t + 1] = m->d[3];
  }
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 8; j++)
      for (int k = 0; k < 8; k++) C[i][j] += A[i][k] * B[k][j];
  for (int l = 0; l < 32; l++) {
    auto* m = reinterpret_cast<MmaTf32*>(thr[w * 32 + l].in);
    int g = l >> 2, t = l & 3;
    m->d[0] = C[g][2 * t]; m->d[1] = C[g][2 * t + 1]; m->d[2] = C[g + 8][2 * t]; m->d[3] = C[g + 8][2 * t + 1];
  }
}

inline uint64_t Block::warp(int kind, uint32_t mask, uint64_t v, int arg, int width, int line) {
  Thread* me = cur;
  const int w = me->lin >> 5, lane = me->lin & 31, base = w << 5;
  const uint32_t exist = n - base >= 32 ? 0xffffffffu : (1u << (n - base)) - 1;
  uint32_t want = mask & exist;
  char b[128];
  if (!(want >> lane & 1)) {
    where(b, sizeof b, *me);
    L->fail("%s calls %s, line %d, with mask %08x that lacks its own lane %d", b, kind_name[kind], line, mask, lane);
    die();
  }
  Warp& W = warps[w];
  if (want & W.gone) {
    if (!L->lenient) {
      where(b, sizeof b, *me);
      L->fail("%s calls %s, line %d, mask %08x, but lanes %08x have returned", b, kind_name[kind], line, mask, W.gone);
      die();
    }
    want &= ~W.gone;
  }
  WarpOp* o = nullptr;
  // other masks may overlap this one: a lane waits at one collective at a time, and a wait that
  // can never end shows as a deadlock
  for (int i = 0; i < W.n; i++) if (W.op[i].mask == mask) o = &W.op[i];
  if (!o) {
    if (W.n == 4) { L->fail("more than 4 divergent warp collectives at once"); die(); }
    o = &W.op[W.n++];
    *o = {mask, want, 0, kind, line};
  }
  if (o->kind != kind || o->line != line) {
    where(b, sizeof b, *me);
    L->fail("%s at %s line %d, other lanes at %s line %d", b, kind_name[kind], line, kind_name[o->kind], o->line);
    die();
  }
  me->in = v; me->arg = arg; me->width = width; me->line = line;
  o->arrived |= 1u << lane;
  if (o->arrived != o->want) { wait(WARP); return me->out; }
  const uint32_t all = o->want;
  uint64_t red = 0;
  if (kind == BALLOT) for (int i = 0; i < 32; i++) { if ((all >> i & 1) && thr[base + i].in) red |= 1ull << i; }
  if (kind == REDADD) for (int i = 0; i < 32; i++) { if (all >> i & 1) red = static_cast<uint32_t>(red + thr[base + i].in); }
  if (kind == REDMAX || kind == REDMIN) {
    bool first = true; int32_t r = 0;
    for (int i = 0; i < 32; i++) if (all >> i & 1) {
      int32_t x = static_cast<int32_t>(thr[base + i].in);
      r = first ? x : kind == REDMAX ? std::max(r, x) : std::min(r, x); first = false;
    }
    red = static_cast<uint32_t>(r);
  }
  if (kind == MMA_TF32) { if (all != 0xffffffffu) { L->fail("mma needs all 32 lanes"); die(); } mma_tf32(w); }
  for (int i = 0; i < 32; i++) {
    if (!(all >> i & 1)) continue;
    Thread& t = thr[base + i];
    if (kind <= SHFL_XOR) {
      const int wd = t.width, seg = i & ~(wd - 1), last = seg + wd - 1;
      int j = kind == SHFL ? seg + (t.arg & (wd - 1)) : kind == SHFL_UP ? i - t.arg
            : kind == SHFL_DOWN ? i + t.arg : i ^ t.arg;
      if (kind == SHFL_UP ? j < seg : j > last) j = i;
      if (!(all >> j & 1)) {
        L->fail("%s line %d: lane %d reads lane %d, which is not taking part", kind_name[kind], line, i, j);
        die();
      }
      t.out = thr[base + j].in;
    } else t.out = red;
    if (i != lane) wake(base + i);
  }
  W.n--;
  *o = W.op[W.n];
  return me->out;
}

template <class T> static inline T warp_op(int kind, unsigned mask, T v, int arg, int width, int line) {
  static_assert(sizeof(T) <= 8, "at most 8 bytes");
  uint64_t x = 0;
  memcpy(&x, &v, sizeof v);
  x = blk->warp(kind, mask, x, arg, width, line);
  memcpy(&v, &x, sizeof v);
  return v;
}
static inline int sync_pred(int line, int p, int what) {
  Block* b = blk;
  b->barrier(line, p);
  return what == 0 ? b->out_count : what == 1 ? b->out_and : b->out_or;
}
static inline void* dyn_shared() { return blk->dynp; }

// ---------------------------------------------------------------- launches
struct Pool {
  std::mutex mu;
  std::condition_variable go, fin;
  Launch* job = nullptr;
  unsigned long long epoch = 0;
  int busy = 0, size;
  explicit Pool(int k) : size(k) { for (int i = 0; i < k; i++) std::thread([this] { loop(); }).detach(); }
  void loop() {
    unsigned long long seen = 0;
    Block b;
    blk = &b;
    for (;;) {
      Launch* l;
      { std::unique_lock<std::mutex> g(mu); go.wait(g, [&] { return epoch != seen; }); seen = epoch; l = job; }
      work(*l, b);
      { std::lock_guard<std::mutex> g(mu); if (--busy == 0) fin.notify_all(); }
    }
  }
  static void work(Launch& l, Block& b) {
    const unsigned long long total = 1ull * l.grid.x * l.grid.y * l.grid.z;
    bool ready = false;
    for (;;) {
      unsigned long long i = l.next.fetch_add(1);
      if (i >= total || l.failed) return;
      if (!ready) { b.setup(l); ready = true; }
      b.run({unsigned(i % l.grid.x), unsigned(i / l.grid.x % l.grid.y), unsigned(i / l.grid.x / l.grid.y)});
    }
  }
  void run(Launch& l) {
    if (l.grid.x == 1 && l.grid.y == 1 && l.grid.z == 1) {  // one block: waking another thread would take longer
      static thread_local Block mine;
      blk = &mine;
      work(l, mine);
      blk = nullptr;
      return;
    }
    std::unique_lock<std::mutex> g(mu);
    fin.wait(g, [&] { return busy == 0; });
    job = &l;
    busy = size;
    epoch++;
    go.notify_all();
    fin.wait(g, [&] { return busy == 0; });
  }
};
static Pool& pool() {
  static Pool* p = [] {
    const char* s = getenv("CUEMU_THREADS");
    int k = s ? atoi(s) : static_cast<int>(std::thread::hardware_concurrency());
    return new Pool(std::max(1, k));  // never destroyed: its threads outlive the library's exit hooks
  }();
  return *p;
}

struct Kernel { const char* name; void (*thunk)(void**); int nparams; const size_t* sizes; };
static std::vector<Kernel>& kernels() { static auto* v = new std::vector<Kernel>; return *v; }
template <auto F> struct Thunk;
template <class... A, void (*F)(A...)> struct Thunk<F> {
  static constexpr int count = sizeof...(A);
  static constexpr size_t sizes[] = {sizeof(std::remove_cv_t<std::remove_reference_t<A>>)..., 0};
  template <size_t... I> static void go(void** p, std::index_sequence<I...>) {
    F(*static_cast<std::remove_cv_t<std::remove_reference_t<A>>*>(p[I])...);
  }
  static void call(void** p) { go(p, std::index_sequence_for<A...>{}); }
};
struct Reg { Reg(const char* n, void (*t)(void**), int k, const size_t* sizes) { kernels().push_back({n, t, k, sizes}); } };
static inline void err(char* e, int m, const char* s) { if (e && m > 0) snprintf(e, m, "%s", s); }
}  // namespace cuemu

#define CUEMU_KERNEL(name) static cuemu::Reg cuemu_reg_##name(#name, cuemu::Thunk<name>::call, cuemu::Thunk<name>::count, cuemu::Thunk<name>::sizes);

// 0: ran; 1: no such kernel; 2: bad launch; 3: the kernel did something wrong. err gets a line.
extern "C" __attribute__((visibility("default"), used)) int cuemu_launch(const char* name, unsigned gx, unsigned gy,
    unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void** params, char* e, int m) {
  for (auto& k : cuemu::kernels()) {
    if (strcmp(k.name, name)) continue;
    unsigned long long t = 1ull * bx * by * bz;
    if (!gx || !gy || !gz || t == 0 || t > 1024 || bz > 64 || gy > 65535 || gz > 65535 || shared > 227 * 1024) {
      cuemu::err(e, m, "launch outside the limits of sm_90");
      return 2;
    }
    cuemu::Launch l;
    l.grid = dim3(gx, gy, gz); l.block = dim3(bx, by, bz);
    l.shared = shared; l.thunk = k.thunk; l.params = params;
    if (const char* s = getenv("CUEMU_LENIENT")) l.lenient = atoi(s) != 0;
    if (const char* s = getenv("CUEMU_ORDER")) {
      l.order = !strncmp(s, "rev", 3) ? 1 : !strncmp(s, "rand", 4) ? 2 : 0;
      if (l.order == 2 && s[4] == ':') l.seed = atoi(s + 5);
    }
    cuemu::pool().run(l);
    if (l.failed) { cuemu::err(e, m, (std::string(name) + ": " + l.error).c_str()); return 3; }
    cuemu::err(e, m, "");
    return 0;
  }
  cuemu::err(e, m, "no such kernel");
  return 1;
}
extern "C" __attribute__((visibility("default"), used)) int cuemu_count() { return int(cuemu::kernels().size()); }
extern "C" __attribute__((visibility("default"), used)) const char* cuemu_name(int i) { return cuemu::kernels()[i].name; }
extern "C" __attribute__((visibility("default"), used)) int cuemu_params(const char* n) {
  for (auto& k : cuemu::kernels()) if (!strcmp(k.name, n)) return k.nparams;
  return -1;
}

// The bytes of a kernel's parameters, ended by 0: what a graph keeps of them.
extern "C" __attribute__((visibility("default"), used)) const size_t* cuemu_sizes(const char* n) {
  for (auto& k : cuemu::kernels()) if (!strcmp(k.name, n)) return k.sizes;
  return nullptr;
}

// ---------------------------------------------------------------- device functions
#define threadIdx (::cuemu::cur->tid)
#define blockIdx (::cuemu::blk->bid)
#define blockDim (::cuemu::blk->bdim)
#define gridDim (::cuemu::blk->gdim)
#define __syncthreads() ::cuemu::blk->barrier(__LINE__, 0)
#define __syncthreads_count(p) ::cuemu::sync_pred(__LINE__, p, 0)
#define __syncthreads_and(p) ::cuemu::sync_pred(__LINE__, p, 1)
#define __syncthreads_or(p) ::cuemu::sync_pred(__LINE__, p, 2)
// builtin_LINE as a default argument: the line of the call, and overloads on the value's type work
#define CUEMU_SHFL(NAME, KIND, P) \
  template <class T> static inline T NAME(unsigned mask, T v, int P, int width = 32, int line = __builtin_LINE()) { \
    return cuemu::warp_op(cuemu::KIND, mask, v, P, width, line); }
CUEMU_SHFL(__shfl_sync, SHFL, src)
CUEMU_SHFL(__shfl_up_sync, SHFL_UP, delta)
CUEMU_SHFL(__shfl_down_sync, SHFL_DOWN, delta)
CUEMU_SHFL(__shfl_xor_sync, SHFL_XOR, lanes)
static inline unsigned __ballot_sync(unsigned m, int p, int line = __builtin_LINE()) {
  return unsigned(cuemu::blk->warp(cuemu::BALLOT, m, p != 0, 0, 32, line)); }
static inline int __any_sync(unsigned m, int p, int line = __builtin_LINE()) { return __ballot_sync(m, p, line) != 0; }
static inline int __all_sync(unsigned m, int p, int line = __builtin_LINE()) { return __ballot_sync(m, !p, line) == 0; }
static inline void __syncwarp(unsigned m = 0xffffffffu, int line = __builtin_LINE()) { cuemu::blk->warp(cuemu::SYNCWARP, m, 0, 0, 32, line); }
static inline int __reduce_add_sync(unsigned m, int v, int line = __builtin_LINE()) { return int(cuemu::blk->warp(cuemu::REDADD, m, unsigned(v), 0, 32, line)); }
static inline int __reduce_max_sync(unsigned m, int v, int line = __builtin_LINE()) { return int(cuemu::blk->warp(cuemu::REDMAX, m, unsigned(v), 0, 32, line)); }
static inline int __reduce_min_sync(unsigned m, int v, int line = __builtin_LINE()) { return int(cuemu::blk->warp(cuemu::REDMIN, m, unsigned(v), 0, 32, line)); }
static inline void cuemu_mma_m16n8k8_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], int line = __builtin_LINE()) {
  cuemu::MmaTf32 m{d, a, b};
  cuemu::blk->warp(cuemu::MMA_TF32, 0xffffffffu, reinterpret_cast<uint64_t>(&m), 0, 32, line);
}
static inline void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
static inline void __threadfence_block() {}
[[noreturn]] static inline void __trap() {
  char b[128]; cuemu::blk->where(b, sizeof b, *cuemu::cur);
  cuemu::blk->L->fail("%s: __trap()", b); cuemu::blk->die();
}

template <class T, class F> static inline T cuemu_rmw(T* p, F f) {
  T old = *reinterpret_cast<volatile T*>(p), now;
  do now = f(old); while (!__atomic_compare_exchange(p, &old, &now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return old;
}
template <class T> static inline T atomicAdd(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T o) { return T(o + v); }); }
template <class T> static inline T atomicSub(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T o) { return T(o - v); }); }
template <class T> static inline T atomicMax(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T o) { return o > v ? o : v; }); }
template <class T> static inline T atomicMin(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T o) { return o < v ? o : v; }); }
template <class T> static inline T atomicOr(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T o) { return T(o | v); }); }
template <class T> static inline T atomicExch(T* p, std::common_type_t<T> v) { return cuemu_rmw(p, [=](T) { return v; }); }
template <class T> static inline T atomicCAS(T* p, std::common_type_t<T> c, std::common_type_t<T> v) {
  T old = c; __atomic_compare_exchange(p, &old, &v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); return old; }

template <class T> static inline T __ldg(const T* p) { return *p; }
template <class A, class B> static inline std::common_type_t<A, B> min(A a, B b) { return a < b ? a : b; }
template <class A, class B> static inline std::common_type_t<A, B> max(A a, B b) { return a > b ? a : b; }
#define __expf expf  // glibc declares these names itself, so no functions of our own
#define __logf logf
#define __powf powf
#define __sinf sinf
#define __cosf cosf
static inline float __fdividef(float a, float b) { return a / b; }
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline float __frsqrt_rn(float x) { return 1.0f / sqrtf(x); }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
// Through a register that the compiler cannot look into: -ffp-contract=fast would join a product and a sum.
template <class T> static inline T cuemu_alone(T x) { __asm__("" : "+x"(x)); return x; }
static inline float __fadd_rn(float a, float b) { return cuemu_alone(cuemu_alone(a) + cuemu_alone(b)); }
static inline float __fmul_rn(float a, float b) { return cuemu_alone(a * b); }
static inline float __fsub_rn(float a, float b) { return cuemu_alone(cuemu_alone(a) - cuemu_alone(b)); }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline double __dadd_rn(double a, double b) { return cuemu_alone(cuemu_alone(a) + cuemu_alone(b)); }
static inline double __dmul_rn(double a, double b) { return cuemu_alone(a * b); }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __dsqrt_rn(double x) { return sqrt(x); }
static inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
static inline long long __double_as_longlong(double x) { long long i; memcpy(&i, &x, 8); return i; }
static inline double __longlong_as_double(long long i) { double x; memcpy(&x, &i, 8); return x; }
static inline int __float_as_int(float f) { int i; memcpy(&i, &f, 4); return i; }
static inline unsigned __float_as_uint(float f) { unsigned i; memcpy(&i, &f, 4); return i; }
static inline float __int_as_float(int i) { float f; memcpy(&f, &i, 4); return f; }
static inline float __uint_as_float(unsigned i) { float f; memcpy(&f, &i, 4); return f; }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __clz(unsigned x) { return x ? __builtin_clz(x) : 32; }
static inline int __ffs(unsigned x) { return __builtin_ffs(int(x)); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return unsigned((1ull * a * b) >> 32); }
