#pragma once

#include <string>
#include <string_view>

#include "metrics/run_result.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// The text of `results-<run id>.json`; every field is described in results/README.md.
std::string run_to_json(const RunResult& run);

/// The compact JSON that a .hgrm file carries: one segment's name and everything about its
/// configuration but the histograms. One line.
std::string hgrm_metadata(const RunResult& run, const ConfigurationResult& configuration,
                          Segment segment);

/// What hgrm_metadata wrote, read again. The configuration has no segments yet.
struct HgrmMetadata {
  std::string run_id;
  std::string timestamp;
  std::string environment_digest;
  std::string segment;
  ConfigurationResult configuration;
};

/// Throws FormatError where the text is no JSON, lacks a field, or has a field of another type or
/// out of any sensible range, and where it is of a later schema version than this program knows.
HgrmMetadata parse_hgrm_metadata(std::string_view text);

/// The metadata of a .hgrm file made from a plain column of values, which has no configuration.
std::string values_metadata(std::string_view source);

/// Whether metadata is of a column of values, not of a configuration.
bool is_values_metadata(std::string_view text);

}  // namespace walbench::metrics
