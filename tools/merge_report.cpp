#include "tools/merge_report.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "metrics/merge.hpp"
#include "metrics/merge_logs.hpp"
#include "metrics/result_files.hpp"
#include "metrics/results_folder.hpp"
#include "tools/exit_code.hpp"
#include "tools/output.hpp"
#include "tools/reading_progress.hpp"
#include "tools/text.hpp"

namespace walbench::tools {
namespace {

namespace fs = std::filesystem;
using metrics::MergeError;

void complain(std::string_view what) {
  tools::complain("report", what);
}

void tell(std::string_view what) {
  write_output(printable(what) + "\n");
}

/// What is to be merged, by kind.
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
    const bool is_log = metrics::kind_of_result_file(file) == metrics::ResultFileKind::interval_log;
    (is_log ? inputs.logs : inputs.distributions).push_back(file);
  }
  return inputs;
}

void refuse_input_as_target(const fs::path& target, const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code ignored;
    if (fs::equivalent(target, file, ignored)) {
      throw MergeError(fmt::format("{}: is one of the files to be merged; name another target",
                                   target.string()));
    }
  }
}

std::string where_from(const metrics::MergedDistribution& merged) {
  std::string text =
      fmt::format("{} files", with_thousands(static_cast<std::int64_t>(merged.files)));
  if (merged.files < merged.of_files) {
    text += fmt::format(" of {} runs", with_thousands(static_cast<std::int64_t>(merged.of_files)));
  }
  if (merged.rounds == 1) text += ", taken as side by side";
  if (merged.rounds > 1)
    text += fmt::format(", taken as {} rounds one after another", merged.rounds);
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
  tell(fmt::format("{}: {}; {} samples from {}", target.string(), merged.what,
                   with_thousands(merged.samples), where_from(merged)));
}

void tell_written(const metrics::MergedLog& merged, std::string_view name, const fs::path& target) {
  tell(fmt::format("{}: {}{} intervals from {} logs", target.string(), name,
                   with_thousands(merged.intervals), merged.logs));
  for (const std::string& note : merged.notes) {
    complain(note);
  }
}

metrics::MergedLog merge_logs_to(const std::vector<fs::path>& logs, const fs::path& target) {
  refuse_input_as_target(target, logs);
  ReadingProgress progress;
  return metrics::merge_logs(logs, target, [&](std::uintmax_t read, std::uintmax_t all) {
    progress.show({.files_read = 0, .files = logs.size(), .bytes_read = read, .bytes = all});
  });
}

void merge_to_file(const Inputs& inputs, const fs::path& target) {
  if (!inputs.logs.empty() && !inputs.distributions.empty()) {
    throw MergeError(fmt::format(
        "{}: is an interval log, and {} is none; to merge both kinds name a folder as the target",
        inputs.logs.front().string(), inputs.distributions.front().string()));
  }
  if (!inputs.logs.empty()) {
    tell_written(merge_logs_to(inputs.logs, target), "", target);
    return;
  }
  refuse_input_as_target(target, inputs.distributions);
  const auto merged = add_up(inputs.distributions, false);
  if (merged.size() > 1) {
    throw MergeError(fmt::format(
        "the files are of {} things, such as '{}' and '{}', and one file holds one; name a folder "
        "as the target, and it gets a file of each",
        merged.size(), merged.front().what, merged.back().what));
  }
  metrics::write_file_atomically(target, merged.front().text);
  tell_written(merged.front(), target);
}

void merge_to_folder(const Inputs& inputs, const fs::path& folder) {
  const auto sums = inputs.distributions.empty() ? std::vector<metrics::MergedDistribution>()
                                                 : add_up(inputs.distributions, true);
  std::map<metrics::LogSubject, std::vector<fs::path>> logs;
  for (const fs::path& log : inputs.logs) {
    logs[metrics::subject_of_log(log)].push_back(log);
  }
  for (const metrics::MergedDistribution& sum : sums) {
    refuse_input_as_target(folder / sum.file_name, inputs.distributions);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw metrics::ResultsError(fmt::format("cannot create the folder '{}': {}; choose another",
                                            folder.string(), error.message()));
  }
  for (const metrics::MergedDistribution& sum : sums) {
    metrics::write_file_atomically(folder / sum.file_name, sum.text);
    tell_written(sum, folder / sum.file_name);
  }
  for (const auto& [subject, paths] : logs) {
    const fs::path target =
        folder / fmt::format("merge-of-{}-{}.hlog", paths.size(), subject.file_name);
    tell_written(merge_logs_to(paths, target), subject.name.empty() ? "" : subject.name + "; ",
                 target);
  }
}

/// Logs are read side by side, and the usual soft limit is about a thousand files.
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
    allow_open_files(inputs.logs.size());
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
  } catch (const metrics::ResultsError& error) {
    complain(error.what());
  }
  return kFailed;
}

}  // namespace walbench::tools
