#include "metrics/merge/merge_target.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <stdexcept>
#include <system_error>

#include "metrics/files/text_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_files.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

bool is_merged_log(const fs::path& path) {
  HlogReader reader(path);
  static_cast<void>(reader.next());
  return !reader.summary().merged_from.empty();
}

bool is_merged_distribution(const fs::path& path) {
  const HgrmFile file = parse_hgrm(read_text_file(path, kMostBytes));
  return file.walbench_json && !merged_from(*file.walbench_json).empty();
}

/// What cannot be read as a result is none.
bool is_merge(const fs::path& path) {
  try {
    return kind_of_result_file(path) == ResultFileKind::interval_log ? is_merged_log(path)
                                                                     : is_merged_distribution(path);
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

void require_replaceable(const fs::path& target) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(target, ignored);
  if (!fs::exists(status)) return;
  if (fs::is_regular_file(status) && is_merge(target)) return;
  throw MergeError(fmt::format(
      "{}: exists and no merge wrote it; name another output file, or remove it", target.string()));
}

}  // namespace walbench::metrics
