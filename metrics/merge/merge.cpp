#include "metrics/merge/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "metrics/files/text_file.hpp"
#include "metrics/fingerprint.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/run_difference.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

[[noreturn]] void refuse(const fs::path& path, std::string_view why) {
  throw MergeError(fmt::format("{}: {}", path.string(), why));
}

/// The first plan field or effective setting in which the two differ.
std::optional<std::string> difference(const ConfigurationResult& one,
                                      const ConfigurationResult& other) {
  std::vector<std::string> all = identity_differences(one, other);
  std::ranges::move(plan_differences(one, other), std::back_inserter(all));
  return all.empty() ? std::nullopt : std::optional(all.front());
}

/// Histograms whose elements begin at the same values; the wider one's range holds them all.
bool same_elements(const HistogramGeometry& one, const HistogramGeometry& other) {
  return one.significant_digits == other.significant_digits &&
         one.lowest_discernible_value == other.lowest_discernible_value;
}

void add_exactly(Histogram& sum, const Histogram& histogram, const fs::path& path) {
  if (!same_elements(sum.geometry(), histogram.geometry())) {
    refuse(path,
           "its histogram has another precision than those before it, so that a sum would "
           "not be exact; merge files of the same program");
  }
  if (histogram.geometry().highest_trackable_value > sum.geometry().highest_trackable_value) {
    Histogram wider = Histogram::holding(histogram.geometry(), 0);
    static_cast<void>(wider.add(sum));  // The same elements, and more.
    sum = std::move(wider);
  }
  if (sum.add(histogram) != 0) refuse(path, "the sum would have more samples than 64 bits hold");
}

/// What one thread of each run did stands beside the others', since they are different threads.
std::vector<std::int64_t> all_threads(const std::vector<const ConfigurationResult*>& runs) {
  std::vector<std::int64_t> all;
  for (const ConfigurationResult* run : runs) {
    const std::vector<std::int64_t>& own = run->concurrency.lifecycles_per_thread;
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

/// Side by side, ceilings add up as throughputs do; otherwise there is none for the whole.
std::optional<CeilingPoint> common_ceiling(const std::vector<const ConfigurationResult*>& runs,
                                           RunsInTime in_time) {
  std::optional<CeilingPoint> sum = runs.front()->ceiling;
  if (!sum || in_time != RunsInTime::side_by_side) return std::nullopt;
  sum->writes_per_second = 0;
  for (const ConfigurationResult* run : runs) {
    if (!run->ceiling || run->ceiling->group_size != sum->group_size ||
        run->ceiling->checkpoint != sum->checkpoint) {
      return std::nullopt;
    }
    sum->writes_per_second += run->ceiling->writes_per_second;
  }
  return sum;
}

/// The fingerprints of the runs that a file's samples are of, over all that its metadata says but
/// the segment: the files of one run and configuration have the same one, and no others have it,
/// since it covers what was measured. A merged file has those of all its runs.
std::vector<std::string> fingerprints_of(const HgrmMetadata& metadata) {
  if (!metadata.merged_from.empty()) return metadata.merged_from;
  HgrmMetadata of_any_segment = metadata;
  of_any_segment.stream.clear();
  of_any_segment.segment = Segment{};
  return {fingerprint_of(hgrm_metadata(of_any_segment))};
}

/// 8 hex digits over texts, whatever their order.
std::string digest_of(std::vector<std::string> texts) {
  constexpr std::size_t kDigits = 8;
  std::ranges::sort(texts);
  return fingerprint_of(fmt::format("{}", fmt::join(texts, "\n"))).substr(0, kDigits);
}

HgrmMetadata metadata_of(const MergedRun& run, const ConfigurationResult& configuration,
                         const std::string& stream, Segment segment) {
  return {.run_id = run.run_id,
          .instance = {},
          .timestamp = run.timestamp,
          .environment_digest = run.environment_digest,
          .environment = run.environment,
          .stream = stream,
          .segment = segment,
          .configuration = configuration,
          .role = std::nullopt,
          .failure = std::nullopt,
          .merged_from = run.fingerprints};
}

/// `together`: all spans in which one of the runs was under way.
RunsInTime in_time(const std::vector<const ConfigurationResult*>& runs, const Spans& together) {
  if (together.size() > 2) return RunsInTime::one_after_another;
  std::int64_t last_start = together.front();
  std::int64_t first_end = together.back();
  for (const ConfigurationResult* run : runs) {
    last_start = std::max(last_start, run->measured_epoch_ns.front());
    first_end = std::min(first_end, run->measured_epoch_ns.back());
  }
  return last_start < first_end ? RunsInTime::side_by_side : RunsInTime::overlapping;
}

std::int64_t length_of(const Spans& spans) {
  std::int64_t length = 0;
  for (std::size_t index = 0; index < spans.size(); index += 2) {
    length += spans[index + 1] - spans[index];
  }
  return length;
}

/// All runs of a configuration as one.
struct PooledRuns {
  ConfigurationResult result;
  RunsInTime in_time = RunsInTime::unknown;
};

PooledRuns pooled(const std::vector<const ConfigurationResult*>& runs) {
  RepeatedResult together;
  for (const ConfigurationResult* run : runs) {
    together.add(ConfigurationResult(*run));
  }
  PooledRuns all{std::move(together.pooled)};
  ConfigurationResult& result = all.result;
  all.in_time = in_time(runs, result.measured_epoch_ns);
  result.elapsed_ns = length_of(result.measured_epoch_ns);
  result.concurrency.lifecycles_per_thread = all_threads(runs);
  result.ceiling = common_ceiling(runs, all.in_time);
  return all;
}

}  // namespace

std::optional<std::string> HgrmMerge::add(const fs::path& path) {
  try {
    const HgrmFile file = parse_hgrm(read_text_file(path, kMostBytes));
    if (!file.histogram) {
      refuse(path,
             "holds no histogram, only rows of percentiles, and a sum of these would not be "
             "exact; merge files that bench wrote or that were made from values");
    }
    std::optional<HgrmMetadata> metadata = parse_unless_values(*file.walbench_json);
    if (!metadata) {
      add_values(path, *file.walbench_json, *file.histogram);
      return std::nullopt;
    }
    if (metadata->failure) {
      return fmt::format("{}: is the record of a measurement that failed; it was left out",
                         path.string());
    }
    if (metadata->role) {
      return fmt::format(
          "{}: is one side of a mitigation's before/after, whose repeats belong to "
          "one machine; it was left out",
          path.string());
    }
    add_measured(path, std::move(*metadata), *file.histogram);
    return std::nullopt;
  } catch (const MergeError&) {
    throw;
  } catch (const std::runtime_error& error) {
    refuse(path, error.what());
  }
}

void HgrmMerge::add_samples(Sum& sum, const Histogram& histogram,
                            const std::vector<std::string>& fingerprints, const fs::path& path) {
  for (const std::string& fingerprint : fingerprints) {
    const auto [known, is_new] = sum.files.emplace(fingerprint, path);
    if (!is_new) {
      refuse(path, fmt::format("holds samples that are in {} too and would be counted twice; leave "
                               "one of them out",
                               known->second.string()));
    }
  }
  if (sum.file_count == 0) {
    sum.histogram = histogram;
  } else {
    add_exactly(sum.histogram, histogram, path);
  }
  sum.file_count += 1;
}

void HgrmMerge::add_values(const fs::path& path, const std::string& json,
                           const Histogram& histogram) {
  std::vector<std::string> fingerprints = merged_from(json);
  if (fingerprints.empty()) {
    fingerprints = {fingerprint_of(fmt::format("{}\n{}", json, encode_histogram(histogram)))};
  }
  add_samples(values_, histogram, fingerprints, path);
}

void HgrmMerge::add_measured(const fs::path& path, HgrmMetadata&& metadata,
                             const Histogram& histogram) {
  const ConfigurationPlanned& planned = metadata.configuration.planned;
  Group& group = groups_[GroupKey(planned.threads, Key(planned).file_part())];
  if (!group.runs.empty()) {
    const Run& first = group.runs.begin()->second;
    if (const auto found = difference(first.metadata.configuration, metadata.configuration)) {
      refuse(path, fmt::format("was measured with another plan than {}: they differ in {}; merge "
                               "runs of the same plan",
                               first.path.string(), *found));
    }
  }
  if (metadata.configuration.measured_epoch_ns.empty()) {
    refuse(path,
           "does not say to the nanosecond when it was measured, as files of this version do");
  }
  std::vector<std::string> fingerprints = fingerprints_of(metadata);
  add_samples(group.sums[{metadata.stream, metadata.segment}], histogram, fingerprints, path);
  // Files of several segments say the same of their run.
  std::string key = fingerprints.size() == 1 ? fingerprints[0] : digest_of(fingerprints);
  group.runs.try_emplace(std::move(key), Run{std::move(metadata), path, std::move(fingerprints)});
}

/// The environment is told only where all have the same.
MergedRun HgrmMerge::whole_run() const {
  MergedRun whole;
  std::vector<std::string> digests;
  std::size_t most = 0;
  for (const auto& [group_key, group] : groups_) {
    const std::size_t before = whole.fingerprints.size();
    for (const auto& [key, run] : group.runs) {
      const HgrmMetadata& metadata = run.metadata;
      if (digests.empty()) whole.environment = metadata.environment;
      digests.push_back(metadata.environment_digest);
      if (whole.timestamp.empty() || metadata.timestamp < whole.timestamp) {
        whole.timestamp = metadata.timestamp;
      }
      whole.fingerprints.insert(whole.fingerprints.end(), run.fingerprints.begin(),
                                run.fingerprints.end());
    }
    most = std::max(most, whole.fingerprints.size() - before);
  }
  whole.run_id = fmt::format("merge-of-{}-{}", most, digest_of(whole.fingerprints));
  std::ranges::sort(digests);
  const auto repeated = std::ranges::unique(digests);
  digests.erase(repeated.begin(), repeated.end());
  whole.environment_digest = digests.size() == 1 ? digests[0] : digest_of(digests);
  if (digests.size() != 1) whole.environment.reset();
  return whole;
}

void HgrmMerge::append(const Group& group, const MergedRun& whole,
                       std::vector<MergedDistribution>& all) {
  std::vector<const ConfigurationResult*> configurations;
  MergedRun merged = whole;
  merged.fingerprints.clear();
  for (const auto& [key, run] : group.runs) {
    configurations.push_back(&run.metadata.configuration);
    merged.fingerprints.insert(merged.fingerprints.end(), run.fingerprints.begin(),
                               run.fingerprints.end());
  }
  auto [sum, in_time] = pooled(configurations);
  sum.published.clear();
  for (const auto& [place, samples] : group.sums) {
    const auto& [stream, segment] = place;
    sum.published.push_back(segment_name(stream, segment));
  }
  for (const auto& [place, samples] : group.sums) {
    const auto& [stream, segment] = place;
    const Key key(sum, *sum.find_stream(stream));
    const std::string_view name = segment_name(segment);
    all.push_back(
        {.what = fmt::format("{}, {}", key.label(), name),
         .file_name = fmt::format("{}-{}.{}_ms.hgrm", whole.run_id, key.file_part(), name),
         .text = write_hgrm(samples.histogram, kNsPerMs,
                            hgrm_metadata(metadata_of(merged, sum, stream, segment))),
         .samples = samples.histogram.total_count(),
         .files = samples.file_count,
         .of_files = group.runs.size(),
         .in_time = in_time});
  }
}

MergedDistribution HgrmMerge::merged_values(const Sum& values) {
  std::vector<std::string> fingerprints;
  fingerprints.reserve(values.files.size());
  for (const auto& [fingerprint, path] : values.files) {
    fingerprints.push_back(fingerprint);
  }
  const std::string source = fmt::format("merge of {} columns", fingerprints.size());
  return {.what = source,
          .file_name = fmt::format("merge-of-{}-{}-values.hgrm", fingerprints.size(),
                                   digest_of(fingerprints)),
          .text = write_hgrm(values.histogram, kNsPerMs, values_metadata(source, fingerprints)),
          .samples = values.histogram.total_count(),
          .files = values.file_count,
          .of_files = values.file_count};
}

std::vector<MergedDistribution> HgrmMerge::finish() const {
  std::vector<MergedDistribution> all;
  const MergedRun whole = whole_run();
  for (const auto& [key, group] : groups_) {
    append(group, whole, all);
  }
  if (values_.file_count > 0) all.push_back(merged_values(values_));
  return all;
}

}  // namespace walbench::metrics
