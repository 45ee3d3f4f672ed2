#include "metrics/comparison/run_comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "metrics/result/key.hpp"

namespace walbench::metrics {
namespace {

constexpr std::array kPercentiles = {50.0, 95.0, 99.0, 99.9};

std::vector<const Histogram*> histograms_of(const std::vector<MeasuredRun>& runs,
                                            std::string_view stream_name, Segment segment) {
  std::vector<const Histogram*> found;
  for (const MeasuredRun& each : runs) {
    const Stream* const stream = each.configuration->find_stream(stream_name);
    const Histogram* const histogram = stream == nullptr ? nullptr : stream->find(segment);
    if (histogram != nullptr && histogram->total_count() > 0) found.push_back(histogram);
  }
  return found;
}

/// The streams of any of the runs, the main one first.
std::vector<ComparedStream> streams_of(const MatchedRuns& runs) {
  std::vector<ComparedStream> all;
  for (const std::vector<MeasuredRun>* const side : {&runs.before, &runs.after}) {
    for (const MeasuredRun& each : *side) {
      for (const Stream* const stream : each.configuration->streams()) {
        std::string name = each.configuration->name_of(*stream);
        const auto known = std::ranges::find(all, name, &ComparedStream::name);
        if (known == all.end()) all.push_back({std::move(name), stream->id});
      }
    }
  }
  return all;
}

/// The given percentiles and those that limits name of that segment and stream, ascending.
std::vector<double> with_limited(std::vector<double> percentiles, Segment segment,
                                 const ComparedStream& stream, const std::vector<Limit>& limits) {
  for (const Limit& limit : limits) {
    if (limit.figure.segment != segment || !selects(limit, stream.id, stream.name.empty())) {
      continue;
    }
    percentiles.push_back(limit.figure.percentile);
  }
  std::ranges::sort(percentiles);
  const auto twice = std::ranges::unique(percentiles);
  percentiles.erase(twice.begin(), twice.end());
  return percentiles;
}

/// A segment that both sides have, and the percentiles of it that are compared.
struct PreparedSegment {
  SegmentRuns runs;
  ComparedStream stream;
  std::vector<double> percentiles;
};

/// The part of one configuration that is to be compared.
struct Preparation {
  const MatchedRuns* runs = nullptr;
  std::vector<PreparedSegment> segments;
  bool has_throughput = false;
  std::vector<std::string> notes;

  std::size_t intervals() const {
    std::size_t count = has_throughput && repeated(*runs) ? 1 : 0;
    for (const PreparedSegment& each : segments) {
      count += static_cast<std::size_t>(std::ranges::count_if(
          each.percentiles, [&](double p) { return each.runs.has_enough_for(p); }));
    }
    return count;
  }
};

/// False for what no bench measures: no files, or no time.
bool has_throughput(const std::vector<MeasuredRun>& runs) {
  return std::ranges::all_of(runs, [](const MeasuredRun& each) {
    return each.configuration->elapsed_ns > 0 && each.configuration->transitions_per_second() > 0;
  });
}

/// Adds a sentence if that side has segments that the other lacks.
void note_one_sided(std::vector<std::string>& notes, std::string_view side,
                    const std::vector<std::string>& segments) {
  if (segments.empty()) return;
  notes.push_back(fmt::format("with samples {} alone: {}", side, fmt::join(segments, ", ")));
}

/// The segments that are on one side alone.
struct OneSided {
  std::vector<std::string> before;
  std::vector<std::string> after;
};

void prepare_stream(const MatchedRuns& runs, const ComparedStream& stream,
                    const std::vector<Limit>& limits, Preparation& prepared, OneSided& alone) {
  for (const SegmentRow& row : kSegments) {
    const std::string name = segment_name(stream.name, row.segment);
    SegmentRuns samples{stream.name, row.segment,
                        histograms_of(runs.before, stream.name, row.segment),
                        histograms_of(runs.after, stream.name, row.segment)};
    if (samples.before.empty() && samples.after.empty()) continue;
    if (samples.before.empty() || samples.after.empty()) {
      (samples.after.empty() ? alone.before : alone.after).push_back(name);
      continue;
    }
    if (repeated(runs) && !samples.repeated()) {
      prepared.notes.push_back(
          fmt::format("{} has samples in too few of the runs for repeats: its intervals are from a "
                      "bootstrap",
                      name));
    }
    prepared.segments.push_back(
        {std::move(samples), stream,
         with_limited({kPercentiles.begin(), kPercentiles.end()}, row.segment, stream, limits)});
  }
}

Preparation prepare(const MatchedRuns& runs, const std::vector<Limit>& limits) {
  Preparation prepared{.runs = &runs,
                       .segments = {},
                       .has_throughput = has_throughput(runs.before) && has_throughput(runs.after),
                       .notes = {}};
  OneSided alone;
  for (const ComparedStream& stream : streams_of(runs)) {
    prepare_stream(runs, stream, limits, prepared, alone);
  }
  note_one_sided(prepared.notes, "before", alone.before);
  note_one_sided(prepared.notes, "after", alone.after);
  return prepared;
}

/// The part of the comparison that limits refer to.
Preparation limited_part(const Preparation& whole, const std::vector<Limit>& limits) {
  const auto is_throughput = [](const Limit& limit) {
    return limit.figure.name == "transitions_per_second";
  };
  Preparation part{
      .runs = whole.runs,
      .segments = {},
      .has_throughput = whole.has_throughput && std::ranges::any_of(limits, is_throughput),
      .notes = {}};
  for (const PreparedSegment& each : whole.segments) {
    std::vector<double> percentiles = with_limited({}, each.runs.segment, each.stream, limits);
    if (percentiles.empty()) continue;
    part.segments.push_back({each.runs, each.stream, std::move(percentiles)});
  }
  return part;
}

/// Adds to the notes what of the samples could not be used.
std::vector<FigureChange> figures_of(Preparation& prepared, double chance_of_miss) {
  std::vector<FigureChange> figures;
  for (const PreparedSegment& each : prepared.segments) {
    std::ranges::move(segment_changes(each.runs, each.percentiles, chance_of_miss, prepared.notes),
                      std::back_inserter(figures));
  }
  if (prepared.has_throughput) {
    figures.push_back(throughput_change(*prepared.runs, chance_of_miss));
  }
  return figures;
}

std::string label_of(const ConfigurationPlanned& before, const ConfigurationPlanned& after) {
  const std::string label = configuration_label(before);
  const std::string other = configuration_label(after);
  return label == other ? label : fmt::format("{} -> {}", label, other);
}

/// Adds a sentence if runs of that side failed.
void add_failures(std::vector<std::string>& sentences, std::string_view side, std::size_t runs,
                  const std::vector<const RunFailure*>& failed) {
  if (failed.empty()) return;
  sentences.push_back(fmt::format("{} of {} runs {} failed and are not in these figures: {}",
                                  failed.size(), runs + failed.size(), side,
                                  failed.front()->sentence));
}

/// All but the figures.
ConfigurationChange change_between(const MatchedRuns& runs) {
  ConfigurationChange change;
  change.before = runs.before.front().configuration->planned;
  change.after = runs.after.front().configuration->planned;
  change.settings = runs.after.front().configuration->settings;
  change.label = label_of(change.before, change.after);
  change.streams = streams_of(runs);
  change.runs_before = runs.before.size();
  change.runs_after = runs.after.size();
  change.failed_before = runs.failed_before.size();
  change.failed_after = runs.failed_after.size();
  add_failures(change.failures, "before", change.runs_before, runs.failed_before);
  add_failures(change.failures, "after", change.runs_after, runs.failed_after);
  return change;
}

}  // namespace

RunComparison compare_runs(const RunMatch& match, const std::vector<Limit>& limits) {
  std::vector<Preparation> all;
  std::vector<Preparation> limited;
  RunComparison comparison;
  for (const MatchedRuns& runs : match.matched) {
    all.push_back(prepare(runs, limits));
    limited.push_back(limited_part(all.back(), limits));
    comparison.intervals += all.back().intervals();
    comparison.limited_intervals += limited.back().intervals();
  }
  for (std::size_t index = 0; index < all.size(); ++index) {
    ConfigurationChange change = change_between(*all[index].runs);
    change.figures = figures_of(all[index], comparison.chance_of_miss());
    change.limited = figures_of(limited[index], comparison.limited_chance_of_miss());
    change.notes = std::move(all[index].notes);
    comparison.configurations.push_back(std::move(change));
  }
  return comparison;
}

}  // namespace walbench::metrics
