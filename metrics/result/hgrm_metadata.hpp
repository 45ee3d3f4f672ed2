#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/result/run_result.hpp"
#include "metrics/segment.hpp"

// The metadata of .hgrm files: one line of JSON that says what the histogram is of. It holds facts
// alone; whoever reads the file draws the conclusions. Written and read here.

namespace walbench::metrics {

/// What a .hgrm file is to a mitigation.
struct MitigationRole {
  MitigationInfo info;
  bool is_baseline = false;
  std::vector<RepeatFigures> repeats;  ///< with the figures of the file's segment alone
};

/// What a .hgrm file says of the histogram in it. The configuration has no segments. A file without
/// samples may be the record of a measurement that failed: then only its plan is there.
struct HgrmMetadata {
  std::string run_id;
  std::string instance;
  std::string timestamp;  ///< ISO 8601, UTC, when the run began
  std::string environment_digest;
  std::optional<Environment> environment;  ///< nothing: merged from unlike ones
  std::string stream;                      ///< its name; empty: the configuration's main one
  Segment segment = Segment::fsm_net;
  ConfigurationResult configuration;
  std::optional<MitigationRole> role;    ///< nothing: it belongs to no mitigation
  std::optional<RunFailure> failure;     ///< nothing: it was measured
  std::vector<std::string> merged_from;  ///< fingerprints of the runs in it; empty: it is no merge
};

std::string hgrm_metadata(const HgrmMetadata& metadata);

/// The same for a segment of one configuration of a run, or of a side of a mitigation; of the main
/// stream, unless another is named.
std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment, const std::string& stream = {});
std::string hgrm_metadata(const RunResult& run, const MitigationResult& mitigation,
                          bool of_baseline, Segment segment, const std::string& stream = {});

/// The record of a measurement that failed, whose plan is known.
std::string hgrm_metadata(const RunResult& run, const RunFailure& failure);

/// What hgrm_metadata() wrote. Throws FormatError where the text is no JSON, lacks a field, or
/// has a field of another type or out of its range, and where it is of another schema version.
HgrmMetadata parse_hgrm_metadata(std::string_view text);

/// The metadata of a column of values, which says nothing of what was measured: where it came from
/// and, if it is a merge, the fingerprints of what is in it.
std::string values_metadata(std::string_view source,
                            const std::vector<std::string>& merged_from = {});

/// Whether metadata is of a column of values, not of a configuration. Throws FormatError.
bool is_values_metadata(std::string_view text);

/// What parse_hgrm_metadata() finds, at the price of one parse; nothing if the metadata is of a
/// column of values. Throws FormatError.
std::optional<HgrmMetadata> parse_unless_values(std::string_view text);

/// The fingerprints of what was merged into a file, whatever it holds; empty: it is no merge.
/// Throws FormatError.
std::vector<std::string> merged_from(std::string_view text);

}  // namespace walbench::metrics
