#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

// What all fuzz targets need. Each is a program of libFuzzer: it is handed made-up bytes, and must
// neither crash nor break its promises, however wrong they are.

namespace walbench::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program with a message, which libFuzzer takes for a crash.
inline void require(bool condition, const char* promise) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// A file in memory with a path, which gets a new content for each input.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("input", 0)) {
    require(descriptor_ >= 0, "there is memory for a file");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  const std::filesystem::path& holding(std::string_view text) {
    const bool done =
        ::ftruncate(descriptor_, 0) == 0 &&
        ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    require(done, "the file can be written");
    return path_;
  }

 private:
  int descriptor_;
  std::filesystem::path path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

}  // namespace walbench::fuzz
