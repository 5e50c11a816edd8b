// libnvrtc.so.13 that hands the source to cuemu-build.sh: its "cubin" is an x86-64 shared library.
#include <dlfcn.h>
#include <unistd.h>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
typedef int R;
struct Prog { std::string src, name, log, bin; };
#define API extern "C" __attribute__((visibility("default")))
static std::string slurp(const std::string& p) { std::ifstream f(p, std::ios::binary); std::stringstream s; s << f.rdbuf(); return s.str(); }
static std::string home() {  // CUEMU_HOME, or the folder above the one that holds this library
  if (const char* h = getenv("CUEMU_HOME")) return h;
  Dl_info i;
  dladdr(reinterpret_cast<void*>(&home), &i);
  std::string p = i.dli_fname;
  p = p.substr(0, p.rfind('/'));
  return p + "/../..";
}
API const char* nvrtcGetErrorString(R e) { return e == 0 ? "NVRTC_SUCCESS" : e == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }
API R nvrtcVersion(int* a, int* b) { *a = 13; *b = 99; return 0; }
API R nvrtcGetNumSupportedArchs(int* n) { *n = 1; return 0; }
API R nvrtcGetSupportedArchs(int* a) { *a = 90; return 0; }
API R nvrtcCreateProgram(void** p, const char* s, const char* n, int headers, const char* const*, const char* const*) {
  if (headers) return 2;
  *p = new Prog{s, n ? n : "default_program", "", ""};
  return 0;
}
API R nvrtcDestroyProgram(void** p) { delete static_cast<Prog*>(*p); *p = nullptr; return 0; }
API R nvrtcCompileProgram(void* prog, int n, const char* const* opt) {
  auto* p = static_cast<Prog*>(prog);
  std::string more;
  for (int i = 0; i < n; i++) {
    std::string o = opt[i];
    if (o.rfind("-D", 0) == 0 || o.rfind("-I", 0) == 0) more += " '" + o + "'";
    if (o == "-D" || o == "-I") more += " '" + o + std::string(opt[++i]) + "'";
  }
  char key[64];
  snprintf(key, sizeof key, "%016zx-%016zx", std::hash<std::string>{}(p->src + more), std::hash<std::string>{}(slurp(home() + "/cuemu.h")));
  std::string dir = getenv("CUEMU_CACHE") ? getenv("CUEMU_CACHE")
      : std::string(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp") + "/cuemu-" + std::to_string(getuid());
  static std::atomic<int> made{0};  // several threads may compile the same
  std::string base = dir + "/" + key, so = base + ".so", pid = std::to_string(getpid()) + "-" + std::to_string(made++);
  if (access(so.c_str(), R_OK)) {
    std::string cu = base + "-" + pid + ".cu", tmp = base + "-" + pid + ".so", log = base + "-" + pid + ".log";
    if (system(("mkdir -p '" + dir + "'").c_str())) return 1;
    std::ofstream(cu) << p->src;
    std::string cmd = "sh '" + home() + "/cuemu-build.sh' '" + cu + "' '" + tmp + "'" + more + " >'" + log + "' 2>&1";
    int rc = system(cmd.c_str());
    p->log = slurp(log);
    unlink(cu.c_str()); unlink(log.c_str());
    if (rc) return 6;
    rename(tmp.c_str(), so.c_str());
  }
  p->bin = slurp(so);
  return p->bin.empty() ? 1 : 0;
}
API R nvrtcGetCUBINSize(void* p, size_t* n) { *n = static_cast<Prog*>(p)->bin.size(); return 0; }
API R nvrtcGetCUBIN(void* p, char* o) { auto& b = static_cast<Prog*>(p)->bin; b.copy(o, b.size()); return 0; }
API R nvrtcGetPTXSize(void* p, size_t* n) { return nvrtcGetCUBINSize(p, n); }
API R nvrtcGetPTX(void* p, char* o) { return nvrtcGetCUBIN(p, o); }
API R nvrtcGetProgramLogSize(void* p, size_t* n) { *n = static_cast<Prog*>(p)->log.size() + 1; return 0; }
API R nvrtcGetProgramLog(void* p, char* o) { auto& l = static_cast<Prog*>(p)->log; l.copy(o, l.size()); o[l.size()] = 0; return 0; }
