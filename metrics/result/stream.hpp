#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/histogram/segment_histogram.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// Who did what, and how it ended.
struct StreamId {
  std::string role = "writers";       ///< those who do the same: `writers`, `readers`
  std::string kind = "lifecycle";     ///< what they did: an iteration, or one of its statements
  std::string outcome = "committed";  ///< `committed`, `busy`, `conflict`, `failed`

  bool operator==(const StreamId&) const = default;
};

/// The samples of those who did the same with the same outcome. Samples that a segment has of the
/// database's files belong to whoever is at work and are counted nowhere else.
struct Stream {
  StreamId id;
  std::int64_t samples_produced = 0;
  std::int64_t samples_recorded = 0;
  std::int64_t samples_out_of_range = 0;
  std::vector<SegmentHistogram> segments;

  /// Nothing was lost between whoever timed it and the histograms.
  bool conserved() const { return samples_produced == samples_recorded + samples_out_of_range; }

  /// The segment's distribution, or null if it has no samples.
  const Histogram* find(Segment segment) const;
};

/// The name of a stream within its configuration: what its id has that the main stream's lacks, as
/// in `readers`, `failed` or `readers.failed`; empty for the main stream. Letters, digits and `.-_`
/// alone, so that it can stand in names of files and in tags of logs.
std::string stream_name(const StreamId& stream, const StreamId& main);

/// Throws std::invalid_argument if two of the streams would have the same name. The first one is
/// the main stream.
void require_names_apart(const std::vector<StreamId>& streams);

}  // namespace walbench::metrics
