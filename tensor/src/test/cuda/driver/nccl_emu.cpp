// libnccl.so.2 for the ranks of one process, each on a thread and an emulated device of its own. As the emulated driver does
// everything at once, a call waits here until all ranks have made theirs, and refuses what does not fit together.
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>
typedef int R;
enum { OK = 0, INTERNAL = 3, INVALID_ARGUMENT = 4, INVALID_USAGE = 5 };
enum { INT8 = 0, INT32 = 2, FLOAT32 = 7, FLOAT64 = 8 };
#define API extern "C" __attribute__((visibility("default")))
API int cuemuOwns(int device, uint64_t p, size_t bytes);  // of libcuda: whether a device has this memory, and is current

struct Call { bool sum; void* data; size_t count; int type, root; };
struct Group {
  std::mutex mu;
  std::condition_variable met;
  std::vector<Call> calls;
  size_t present = 0;
  long held = 0;
  R result = OK;
};
struct Comm { Group* group; int rank, device; };
static std::mutex mu;
static std::set<Comm*> comms;
struct Queued { Comm* comm; Call call; };
static thread_local int depth = 0;
static thread_local std::vector<Queued> queued;

static size_t bytes(int type) { return type == INT8 ? 1 : type == INT32 || type == FLOAT32 ? 4 : type == FLOAT64 ? 8 : 2; }
template <class T> static void add(std::vector<Call>& calls) {
  for (size_t i = 0; i < calls[0].count; i++) {
    T sum = 0;
    for (auto& c : calls) sum = T(sum + static_cast<T*>(c.data)[i]);
    for (auto& c : calls) static_cast<T*>(c.data)[i] = sum;
  }
}
static R perform(std::vector<Call>& calls) {
  for (auto& c : calls)
    if (c.sum != calls[0].sum || c.count != calls[0].count || c.type != calls[0].type || c.root != calls[0].root) {
      fprintf(stderr, "nccl-emu: the ranks do not make the same call\n");
      return INVALID_USAGE;
    }
  const Call& first = calls[0];
  if (!first.sum) {
    for (auto& c : calls) if (c.data != calls[first.root].data) memcpy(c.data, calls[first.root].data, first.count * bytes(first.type));
    return OK;
  }
  switch (first.type) {
    case FLOAT32: add<float>(calls); return OK;
    case FLOAT64: add<double>(calls); return OK;
    case INT32: add<int>(calls); return OK;
    case INT8: add<signed char>(calls); return OK;
    default: return INVALID_ARGUMENT;  // the emulation has no 16-bit floats
  }
}
static R run(Comm* comm, const Call& call) {
  Group& g = *comm->group;
  std::unique_lock<std::mutex> lock(g.mu);
  g.calls[comm->rank] = call;
  const long mine = g.held;
  if (++g.present == g.calls.size()) {
    g.result = perform(g.calls);
    g.present = 0;
    g.held++;
    g.met.notify_all();
  } else {
    g.met.wait(lock, [&] { return g.held > mine; });
  }
  return g.result;
}
static R take(Comm* comm, const Call& call) {
  {
    std::lock_guard<std::mutex> lock(mu);
    if (!comms.count(comm)) return INVALID_ARGUMENT;
  }
  if (call.root < 0 || call.root >= static_cast<int>(comm->group->calls.size())) return INVALID_ARGUMENT;
  if (!cuemuOwns(comm->device, reinterpret_cast<uint64_t>(call.data), call.count * bytes(call.type))) {
    fprintf(stderr, "nccl-emu: the memory is not that of the rank's device, or another device is current\n");
    return INVALID_ARGUMENT;
  }
  if (depth == 0) return run(comm, call);
  queued.push_back({comm, call});
  return OK;
}

API const char* ncclGetErrorString(R code) { return code == OK ? "no error" : code == INVALID_ARGUMENT ? "invalid argument" : "invalid usage"; }
API R ncclGetVersion(int* v) { *v = 22800; return OK; }
API R ncclCommInitAll(Comm** out, int count, const int* devices) {
  std::lock_guard<std::mutex> lock(mu);
  if (std::set<int>(devices, devices + count).size() != static_cast<size_t>(count)) return INVALID_USAGE;
  auto* group = new Group;
  group->calls.resize(count);
  for (int i = 0; i < count; i++) comms.insert(out[i] = new Comm{group, i, devices[i]});
  return OK;
}
API R ncclCommDestroy(Comm* comm) {
  std::lock_guard<std::mutex> lock(mu);
  if (!comms.erase(comm)) return INVALID_ARGUMENT;
  delete comm;  // the group stays: it is small
  return OK;
}
API R ncclGroupStart() { depth++; return OK; }
API R ncclGroupEnd() {
  if (depth == 0) return INVALID_USAGE;
  if (--depth > 0) return OK;
  R worst = OK;
  for (auto& q : queued) if (R code = run(q.comm, q.call)) worst = code;
  queued.clear();
  return worst;
}
API R ncclAllReduce(const void* from, void* to, size_t count, int type, int op, Comm* comm, void*) {
  if (op != 0 || from != to) return INVALID_ARGUMENT;  // only what is used
  return take(comm, {true, to, count, type, 0});
}
API R ncclBcast(void* data, size_t count, int type, int root, Comm* comm, void*) { return take(comm, {false, data, count, type, root}); }
