#include "metrics/result/result_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "metrics/files/text_file.hpp"
#include "metrics/format_error.hpp"
#include "metrics/result/figures.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/run_state.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

LoadedRun& run_of(ResultSet& set, const HgrmMetadata& metadata) {
  const auto found = std::ranges::find_if(set.runs, [&](const LoadedRun& run) {
    return run.run_id == metadata.run_id && run.instance == metadata.instance &&
           run.environment_digest == metadata.environment_digest;
  });
  if (found != set.runs.end()) return *found;
  return set.runs.emplace_back(LoadedRun{metadata.run_id,
                                         metadata.instance,
                                         metadata.timestamp,
                                         metadata.environment_digest,
                                         metadata.environment,
                                         {},
                                         {},
                                         {}});
}

/// Takes from the run's JSON what its .hgrm files cannot say. It may be missing, as anything else.
void add_json_beside(LoadedRun& run, const std::filesystem::path& folder) {
  if (run.complete) return;
  const std::filesystem::path path = folder / ("results-" + run.run_id + ".json");
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return;
  try {
    const std::optional<RunState> state = parse_run_state(read_text_file(path, kMostBytes));
    if (!state || state->instance != run.instance) return;
    run.complete = state->complete;
    run.planned = state->planned;
  } catch (const FileReadError&) {
    return;  // It adds to what is known; nothing depends on it.
  }
}

void add_failure(LoadedRun& run, RunFailure&& failure) {
  if (std::ranges::find(run.failures, failure) == run.failures.end()) {
    run.failures.push_back(std::move(failure));
  }
}

void require_same(const ConfigurationResult& one, const ConfigurationResult& other) {
  if (same_facts(one, other)) return;
  throw FormatError(
      "another file of the same configuration says something else of it; one of them has been "
      "changed, leave it out");
}

ConfigurationResult& configuration_of(LoadedRun& run, ConfigurationResult&& described) {
  const auto found = std::ranges::find_if(run.configurations, [&](const ConfigurationResult& each) {
    return Key(each.planned) == Key(described.planned);
  });
  if (found == run.configurations.end()) {
    return run.configurations.emplace_back(std::move(described));
  }
  require_same(*found, described);
  return *found;
}

/// The place in a configuration that a file's histogram belongs to.
struct Place {
  std::string stream;
  Segment segment;
};

/// False where these very samples are there already.
bool add_histogram(ConfigurationResult& configuration, const Place& place, Histogram&& histogram) {
  const std::vector<Stream*> streams = configuration.streams();
  Stream& stream = **std::ranges::find_if(
      streams, [&](const Stream* each) { return configuration.name_of(*each) == place.stream; });
  if (const Histogram* const present = stream.find(place.segment)) {
    if (*present == histogram) return false;
    throw FormatError(
        "another file already gave this segment of the same configuration, with "
        "other samples; leave one of them out");
  }
  stream.segments.push_back({place.segment, std::move(histogram)});
  return true;
}

RepeatedResult& side_of(LoadedRun& run, const MitigationRole& role) {
  // bench publishes a mitigation anew with each pair: the files of fewer pairs may still be there.
  const auto found = std::ranges::find_if(run.mitigations, [&](const MitigationResult& each) {
    const auto fits = [&](const RepeatedResult& side) {
      return side.repeats.empty() || side.repeats.size() == role.repeats.size();
    };
    return each.info.name == role.info.name && fits(each.baseline) && fits(each.mitigation);
  });
  MitigationResult& mitigation =
      found != run.mitigations.end()
          ? *found
          : run.mitigations.emplace_back(MitigationResult{role.info, {}, {}});
  return role.is_baseline ? mitigation.baseline : mitigation.mitigation;
}

void add_to_mitigation(LoadedRun& run, MitigationRole&& role, ConfigurationResult&& described,
                       const Place& place, Histogram&& histogram) {
  RepeatedResult& side = side_of(run, role);
  if (side.repeats.empty()) {
    side.pooled = std::move(described);
    add_histogram(side.pooled, place, std::move(histogram));
    side.repeats = std::move(role.repeats);
    return;
  }
  require_same(side.pooled, described);
  if (!add_histogram(side.pooled, place, std::move(histogram))) return;
  for (std::size_t repeat = 0; repeat < side.repeats.size(); ++repeat) {
    std::ranges::move(role.repeats[repeat].segments,
                      std::back_inserter(side.repeats[repeat].segments));
  }
}

void add_segment(LoadedRun& run, HgrmMetadata&& metadata, Histogram&& histogram) {
  const Place place{std::move(metadata.stream), metadata.segment};
  if (metadata.role) {
    add_to_mitigation(run, std::move(*metadata.role), std::move(metadata.configuration), place,
                      std::move(histogram));
    return;
  }
  add_histogram(configuration_of(run, std::move(metadata.configuration)), place,
                std::move(histogram));
}

bool is_whole(const MitigationResult& mitigation) {
  return std::ranges::all_of(std::array{&mitigation.baseline, &mitigation.mitigation},
                             [](const RepeatedResult* side) {
                               return !side->repeats.empty() && side->pooled.missing().empty();
                             });
}

/// Of several states of a mitigation: a whole one if there is any, with the most pairs.
void keep_last_states(std::vector<MitigationResult>& mitigations) {
  std::ranges::stable_sort(mitigations, std::greater(), [](const MitigationResult& each) {
    return std::pair(is_whole(each),
                     std::max(each.baseline.repeats.size(), each.mitigation.repeats.size()));
  });
  std::set<std::string> kept;
  std::erase_if(mitigations,
                [&](const MitigationResult& each) { return !kept.insert(each.info.name).second; });
}

/// Puts what files gave in any order into the order of a run.
void sort_run(LoadedRun& run) {
  keep_last_states(run.mitigations);
  const auto sort_segments = [](ConfigurationResult& configuration) {
    for (Stream* const stream : configuration.streams()) {
      std::ranges::sort(stream->segments, {}, &SegmentHistogram::segment);
    }
  };
  std::ranges::for_each(run.configurations, sort_segments);
  for (MitigationResult& each : run.mitigations) {
    sort_segments(each.baseline.pooled);
    sort_segments(each.mitigation.pooled);
  }
  std::ranges::stable_sort(run.configurations, {}, [](const ConfigurationResult& each) {
    const bool zero = each.planned.profile == "zero";
    return std::tuple(!zero, zero ? each.planned.threads : -each.planned.threads);
  });
  std::ranges::sort(run.mitigations, {}, [](const MitigationResult& each) {
    return std::tie(each.info.effort, each.info.name);
  });
}

/// Reads files into a set, one by one.
class Loader {
 public:
  Loader(std::size_t files, const std::function<void(const LoadProgress&)>& progress,
         const Reading& reading)
      : progress_(progress), reading_(reading) {
    now_.files = files;
  }

  void load(const std::filesystem::path& path) {
    now_.bytes_read = now_.bytes = 0;
    tell();
    try {
      if (kind_of_result_file(path) == ResultFileKind::interval_log) {
        add_log(path);
      } else {
        add_distributions(path);
      }
    } catch (const std::exception& error) {
      set_.problems.push_back({path, error.what()});
    }
    now_.files_read += 1;
  }

  ResultSet& set() { return set_; }

 private:
  void tell() const {
    if (progress_) progress_(now_);
  }

  void add_log(const std::filesystem::path& path) {
    std::error_code unknown_size;
    const std::uintmax_t size = std::filesystem::file_size(path, unknown_size);
    now_.bytes = unknown_size ? 0 : size;
    set_.logs.push_back(load_log(path, reading_, [this](std::uintmax_t bytes_read) {
      now_.bytes_read = bytes_read;
      tell();
    }));
  }

  void add_distributions(const std::filesystem::path& path) {
    std::vector<HgrmFile> files = parse_distributions(read_text_file(path, kMostBytes));
    if (files.size() == 1) {
      add_distribution({path, std::move(files.front()), path.string()});
      return;
    }
    if (std::ranges::any_of(files,
                            [](const HgrmFile& each) { return each.histogram.has_value(); })) {
      throw FormatError("holds files of walbench one behind the other; split it");
    }
    for (std::size_t index = 0; index < files.size(); ++index) {
      std::string name = fmt::format("{} ({}", path.string(), index + 1);
      if (!files[index].heading.empty()) name += ": " + files[index].heading;
      add_distribution({path, std::move(files[index]), name + ")"});
    }
  }

  void add_distribution(LoneDistribution&& lone) {
    HgrmFile& file = lone.file;
    std::optional<HgrmMetadata> found;
    if (file.walbench_json && file.histogram) found = parse_unless_values(*file.walbench_json);
    if (!found) {
      file.tell_in_milliseconds(reading_.unit);
      set_.lone.push_back(std::move(lone));
      return;
    }
    HgrmMetadata& metadata = *found;
    LoadedRun& run = run_of(set_, metadata);
    add_json_beside(run, lone.path.parent_path());
    if (metadata.failure) {
      add_failure(run, std::move(*metadata.failure));
    } else {
      add_segment(run, std::move(metadata), std::move(*file.histogram));
    }
  }

  const std::function<void(const LoadProgress&)>& progress_;
  const Reading& reading_;
  LoadProgress now_;
  ResultSet set_;
};

}  // namespace

ResultSet load_results(const std::vector<std::filesystem::path>& paths,
                       const std::function<void(const LoadProgress&)>& progress,
                       const Reading& reading) {
  std::vector<FileProblem> problems;
  const std::vector<std::filesystem::path> files = expand_folders(paths, problems);
  Loader loader(files.size(), progress, reading);
  loader.set().problems = std::move(problems);
  for (const std::filesystem::path& file : files) {
    loader.load(file);
  }
  std::ranges::for_each(loader.set().runs, sort_run);
  return std::move(loader.set());
}

}  // namespace walbench::metrics
