#include "metrics/result/result_files.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "metrics/files/text_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/hlog.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

/// Enough for the comments that programs put before everything else.
constexpr std::size_t kHeadSize = 16384;

bool has_log_name(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".hlog") || name.ends_with(".hlog.partial") || name.ends_with(".hdr");
}

std::optional<ResultFileKind> kind_of_head(std::string_view head) {
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    if (is_hlog_line(line)) return ResultFileKind::interval_log;
    if (is_hgrm_header(line)) return ResultFileKind::distribution;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return std::nullopt;
}

/// The first bytes of a regular file; empty of anything else.
std::string head_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string head(kHeadSize, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

/// Throws FormatError for what people have and nobody reads, with what to do.
void refuse_other_encodings(std::string_view head) {
  struct Encoding {
    std::string_view magic;
    const char* what;
  };
  constexpr std::array<Encoding, 5> kEncodings = {
      {{"\x1f\x8b", "is compressed (gzip); decompress it first"},
       {"\x28\xb5\x2f\xfd", "is compressed (zstd); decompress it first"},
       {"\xfd\x37zXZ", "is compressed (xz); decompress it first"},
       {"\xff\xfe", "is UTF-16 text, as PowerShell redirects it; convert it to UTF-8"},
       {"\xfe\xff", "is UTF-16 text; convert it to UTF-8"}}};
  for (const Encoding& each : kEncodings) {
    if (head.starts_with(each.magic)) throw FormatError(each.what);
  }
}

/// By its name and, as pictures of another kind end in .hdr, too, its content.
bool is_result(const fs::path& path) {
  const fs::path extension = path.extension();
  if (extension == ".hgrm" || extension == ".hlog") return true;
  return extension == ".hdr" && kind_of_head(head_of(path)) == ResultFileKind::interval_log;
}

std::vector<fs::path> results_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    // Opening a pipe would wait for whoever writes into it.
    std::error_code ignored;
    if (!entry.is_regular_file(ignored)) continue;
    if (is_result(entry.path())) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

ResultFileKind kind_of_result_file(const fs::path& path) {
  const std::string head = head_of(path);
  refuse_other_encodings(head);
  if (const auto kind = kind_of_head(head)) return *kind;
  return has_log_name(path) ? ResultFileKind::interval_log : ResultFileKind::distribution;
}

std::vector<fs::path> expand_folders(const std::vector<fs::path>& paths,
                                     std::vector<FileProblem>& problems) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    try {
      const std::vector<fs::path> found = results_in(path);
      files.insert(files.end(), found.begin(), found.end());
      if (found.empty()) {
        problems.push_back(
            {path,
             "is a folder without .hgrm, .hlog or .hdr files; bench writes them into its results "
             "folder"});
      }
    } catch (const fs::filesystem_error& error) {
      problems.push_back({path, error.code().message()});
    }
  }
  return files;
}

}  // namespace walbench::metrics
