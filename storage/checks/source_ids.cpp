#include "storage/checks/source_ids.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include "storage/checks/scratch_folder.hpp"

namespace walbench::storage {
namespace {

/// A regular file, mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status {};
    if (descriptor < 0) fail_check("cannot read '" + path.string() + "'");
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) errno = EISDIR;
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      bytes_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
    const int error = errno;
    close(descriptor);
    errno = error;
    if (bytes_ == MAP_FAILED || !S_ISREG(status.st_mode)) {
      fail_check("cannot read '" + path.string() + "'");
    }
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (bytes_ != nullptr) munmap(bytes_, size_);
  }

  std::string_view text() const { return {static_cast<const char*>(bytes_), size_}; }

 private:
  void* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// As its example, in which 0 stands for any digit.
bool looks_like(std::string_view text, std::string_view example) {
  if (text.size() < example.size()) return false;
  for (std::size_t at = 0; at < example.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    if (example[at] == '0' ? !digit : text[at] != example[at]) return false;
  }
  return true;
}

constexpr std::size_t kChanged = 4;  ///< characters: `alt1`

/// The source id at the start of the text, or nothing.
std::string_view source_id_at(std::string_view text) {
  constexpr std::string_view kDate = "2000-00-00 00:00:00 ";
  constexpr std::size_t kOldHash = 40;
  constexpr std::size_t kHash = 64;
  if (!looks_like(text, kDate)) return {};
  const std::string_view hash = text.substr(kDate.size(), kHash);
  const std::size_t digits = std::min(hash.find_first_not_of("0123456789abcdef"), hash.size());
  if (hash.substr(digits).starts_with("lt") && digits > 0 && hash[digits - 1] == 'a' &&
      (digits + 3 == kHash || digits + 3 == kOldHash)) {
    return text.substr(0, kDate.size() + digits - 1 + kChanged);
  }
  if (digits != kHash && digits != kOldHash) return {};
  return text.substr(0, kDate.size() + digits);
}

}  // namespace

std::vector<std::string> source_ids_in(const std::filesystem::path& file) {
  const MappedFile mapped(file);
  const std::string_view text = mapped.text();
  std::vector<std::string> found;
  for (std::size_t at = text.find("20"); at != std::string_view::npos;
       at = text.find("20", at + 1)) {
    const std::string_view id = source_id_at(text.substr(at));
    if (id.empty()) continue;
    const auto same = std::ranges::find_if(found, [&](const std::string& other) {
      return id.substr(0, id.size() - kChanged) ==
             std::string_view(other).substr(0, other.size() - kChanged);
    });
    if (same == found.end()) {
      found.emplace_back(id);
    } else if (id.substr(0, id.size() - 1).ends_with("alt")) {
      *same = id;
    }
  }
  return found;
}

}  // namespace walbench::storage
