#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/files/whole_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/merge/merge_logs.hpp"
#include "metrics/merge/merge_target.hpp"
#include "metrics/result/result_files.hpp"
#include "tools/document/cells.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"
#include "tools/report/reading_progress.hpp"
#include "tools/report/report_commands.hpp"

namespace walbench::tools {
namespace {

namespace fs = std::filesystem;
using metrics::MergeError;
using metrics::RunsInTime;

void complain(std::string_view what) {
  tools::complain("report", what);
}

void tell(std::string_view what) {
  write_output(printable(what) + "\n");
}

/// The files to be merged, by kind.
struct Inputs {
  std::vector<fs::path> distributions;
  std::vector<fs::path> logs;
};

/// Throws MergeError where a file is named twice: its samples would be counted twice.
void refuse_repeated(const std::vector<fs::path>& files) {
  std::set<std::pair<dev_t, ino_t>> seen;
  for (const fs::path& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) continue;  // Reading it will say why.
    if (!seen.emplace(status.st_dev, status.st_ino).second) {
      throw MergeError(
          fmt::format("{}: is named twice, and its samples would be counted twice; name it once",
                      file.string()));
    }
  }
}

Inputs sorted_inputs(const std::vector<fs::path>& paths) {
  std::vector<metrics::FileProblem> problems;
  const std::vector<fs::path> files = metrics::expand_folders(paths, problems);
  for (const metrics::FileProblem& problem : problems) {
    throw MergeError(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  refuse_repeated(files);
  Inputs inputs;
  for (const fs::path& file : files) {
    try {
      const metrics::ResultFileKind kind = metrics::kind_of_result_file(file);
      const bool is_log = kind == metrics::ResultFileKind::interval_log;
      (is_log ? inputs.logs : inputs.distributions).push_back(file);
    } catch (const metrics::FormatError& error) {
      throw MergeError(fmt::format("{}: {}", file.string(), error.what()));
    }
  }
  return inputs;
}

/// Throws if the target is one of the inputs, or exists and was not written by a merge.
void require_target(const fs::path& target, const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code ignored;
    if (fs::equivalent(target, file, ignored)) {
      throw MergeError(fmt::format("{}: is one of the files to be merged; name another target",
                                   target.string()));
    }
  }
  metrics::require_replaceable(target);
}

std::string where_from(const metrics::MergedDistribution& merged) {
  std::string text = counted(merged.files, "file");
  if (merged.files < merged.of_files) text += " of " + counted(merged.of_files, "run");
  if (merged.of_files < 2) return text;
  switch (merged.in_time) {
    case RunsInTime::unknown: break;
    case RunsInTime::side_by_side: text += ", measured side by side"; break;
    case RunsInTime::overlapping: text += ", measured overlapping in part"; break;
    case RunsInTime::one_after_another: text += ", measured one after another"; break;
  }
  return text;
}

/// All sums, before anything is written.
std::vector<metrics::MergedDistribution> add_up(const std::vector<fs::path>& files,
                                                bool may_leave_out) {
  metrics::HgrmMerge merge;
  ReadingProgress progress;
  for (std::size_t index = 0; index < files.size(); ++index) {
    progress.show({.files_read = index, .files = files.size(), .bytes_read = 0, .bytes = 0});
    const auto left_out = merge.add(files[index]);
    if (!left_out) continue;
    if (!may_leave_out) throw MergeError(*left_out);
    progress.clear();
    complain(*left_out);
  }
  return merge.finish();
}

void tell_written(const metrics::MergedDistribution& merged, const fs::path& target) {
  tell(fmt::format("{}: {}; {} from {}", target.string(), merged.what,
                   counted(static_cast<std::size_t>(merged.samples), "sample"),
                   where_from(merged)));
}

void tell_written(const metrics::MergedLog& merged, std::string_view name, const fs::path& target) {
  tell(fmt::format("{}: {}{} from {}", target.string(), name,
                   counted(static_cast<std::size_t>(merged.intervals), "interval"),
                   counted(merged.logs, "log")));
  for (const std::string& note : merged.notes) {
    complain(note);
  }
}

metrics::MergedLog merge_logs_to(const std::vector<fs::path>& logs, metrics::WholeFile& file) {
  ReadingProgress progress;
  return metrics::merge_logs(logs, file, [&](std::uintmax_t read, std::uintmax_t all) {
    progress.show({.files_read = 0, .files = logs.size(), .bytes_read = read, .bytes = all});
  });
}

/// How a folder is named that does not exist yet.
std::string folder_instead_of(const fs::path& target) {
  return fs::path(target).replace_extension().string() + "/";
}

/// One kind, and the target's name is of the same.
void require_kind(const Inputs& inputs, const fs::path& target) {
  if (!inputs.logs.empty() && !inputs.distributions.empty()) {
    throw MergeError(
        fmt::format("{}: is an interval log, and {} is none; to merge both kinds name a folder as "
                    "the target, with a slash at its end as in '{}'",
                    inputs.logs.front().string(), inputs.distributions.front().string(),
                    folder_instead_of(target)));
  }
  if (!inputs.logs.empty() && target.extension() == ".hgrm") {
    static_cast<void>(metrics::subject_of_log(inputs.logs.front()));  // Unless it is none.
    throw MergeError(fmt::format(
        "{}: would be an interval log, as all of the files are, and no .hgrm file; name it .hlog",
        target.string()));
  }
  if (inputs.logs.empty() && target.extension() == ".hlog") {
    throw MergeError(fmt::format(
        "{}: would be a .hgrm file, as all of the files are, and no interval log; name it .hgrm",
        target.string()));
  }
}

void merge_to_file(const Inputs& inputs, const fs::path& target) {
  require_kind(inputs, target);
  if (!inputs.logs.empty()) {
    require_target(target, inputs.logs);
    metrics::WholeFile file(target);
    const metrics::MergedLog merged = merge_logs_to(inputs.logs, file);
    file.move_to_target();
    tell_written(merged, "", target);
    return;
  }
  require_target(target, inputs.distributions);
  const auto merged = add_up(inputs.distributions, false);
  if (merged.size() > 1) {
    throw MergeError(fmt::format(
        "the files are of {} things, such as '{}' and '{}', and one file holds one; name a folder "
        "as the target, with a slash at its end as in '{}', and it gets a file of each",
        merged.size(), merged.front().what, merged.back().what, folder_instead_of(target)));
  }
  metrics::write_file_atomically(target, merged.front().text);
  tell_written(merged.front(), target);
}

/// A file of a folder's merge, not yet there, and how to say that it is.
struct PendingMerge {
  metrics::WholeFile file;
  std::function<void(const fs::path&)> tell;
};

/// All files are on the disk before the first gets its name, so that a full disk leaves none of
/// them. Each is printed as soon as it has its name.
void move_all(std::vector<PendingMerge>& files) {
  for (PendingMerge& each : files) {
    each.file.move_to_target();
    each.tell(each.file.target());
  }
}

PendingMerge written_sum(const metrics::MergedDistribution& sum, const fs::path& folder) {
  PendingMerge pending{metrics::WholeFile(folder / sum.file_name),
                       [&sum](const fs::path& target) { tell_written(sum, target); }};
  pending.file.append(sum.text);
  pending.file.flush();
  return pending;
}

PendingMerge written_log(const std::string& name, const std::vector<fs::path>& logs,
                         const fs::path& target) {
  metrics::WholeFile file(target);
  const metrics::MergedLog merged = merge_logs_to(logs, file);
  return {std::move(file), [merged, name](const fs::path& path) {
            tell_written(merged, name.empty() ? "" : name + "; ", path);
          }};
}

void merge_to_folder(const Inputs& inputs, const fs::path& folder) {
  const auto sums = inputs.distributions.empty() ? std::vector<metrics::MergedDistribution>()
                                                 : add_up(inputs.distributions, true);
  std::map<metrics::LogSubject, std::vector<fs::path>> logs;
  for (const fs::path& log : inputs.logs) {
    logs[metrics::subject_of_log(log)].push_back(log);
  }
  const auto target_of = [&](const auto& group) {
    return folder / fmt::format("merge-of-{}-{}.hlog", group.second.size(), group.first.file_name);
  };
  for (const metrics::MergedDistribution& sum : sums) {
    require_target(folder / sum.file_name, inputs.distributions);
  }
  for (const auto& group : logs) {
    require_target(target_of(group), group.second);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw metrics::FileError(fmt::format("cannot create the folder '{}': {}; choose another",
                                         folder.string(), error.message()));
  }
  std::vector<PendingMerge> files;
  files.reserve(sums.size() + logs.size());
  for (const metrics::MergedDistribution& sum : sums) {
    files.push_back(written_sum(sum, folder));
  }
  for (const auto& group : logs) {
    files.push_back(written_log(group.first.name, group.second, target_of(group)));
  }
  move_all(files);
}

/// Logs are read side by side, results wait side by side for their names, and the usual soft limit
/// is about a thousand files.
void allow_open_files(std::size_t files) {
  constexpr rlim_t kOthers = 64;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files + kOthers) return;
  limit.rlim_cur = std::min<rlim_t>(files + kOthers, limit.rlim_max);
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));  // Where it fails, opening says so.
}

}  // namespace

int report_merge(const ReportMerge& options) {
  try {
    const Inputs inputs = sorted_inputs(options.paths);
    allow_open_files(inputs.logs.size() * 2 + inputs.distributions.size());
    std::error_code ignored;
    const bool to_folder =
        !options.target.has_filename() || fs::is_directory(options.target, ignored);
    if (to_folder) {
      merge_to_folder(inputs, options.target);
    } else {
      merge_to_file(inputs, options.target);
    }
    return kDone;
  } catch (const MergeError& error) {
    complain(error.what());
  } catch (const metrics::FileError& error) {
    complain(error.what());
  }
  return kFailed;
}

}  // namespace walbench::tools
