#include "metrics/files/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace walbench::metrics {
namespace {

[[noreturn]] void fail_with_errno() {
  throw FileReadError(std::generic_category().message(errno));
}

/// Closes a descriptor at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(value_); }
  int value() const { return value_; }

 private:
  int value_;
};

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::size_t most_bytes) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0 && errno == ENOENT) {
    throw FileReadError("does not exist; bench writes .hgrm files into its results folder");
  }
  if (opened < 0) fail_with_errno();
  const Descriptor descriptor(opened);
  struct stat status {};
  if (fstat(opened, &status) == 0 && S_ISDIR(status.st_mode)) {
    throw FileReadError("is a directory; name the files in it");
  }
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t count = ::read(descriptor.value(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with_errno();
    if (count == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > most_bytes) {
      throw FileReadError(
          fmt::format("holds more than {} MiB, which no such file needs", most_bytes >> 20U));
    }
  }
}

}  // namespace walbench::metrics
