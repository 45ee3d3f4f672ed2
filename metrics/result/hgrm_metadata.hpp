#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/mitigation_result.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// What a .hgrm file is to a mitigation.
struct MitigationRole {
  MitigationInfo info;
  bool is_baseline = false;
  std::vector<RepeatFigures> repeats;  ///< with the figures of the file's segment alone
};

/// What hgrm_metadata() wrote, read again. The configuration has no segments yet.
struct HgrmMetadata {
  std::string run_id;
  std::string instance;  ///< empty in older files
  std::string timestamp;
  std::string environment_digest;
  std::optional<Environment> environment;  ///< missing in older files
  Segment segment = Segment::fsm_net;
  ConfigurationResult configuration;
  std::optional<MitigationRole> role;  ///< nothing: it belongs to no mitigation
};

/// Throws FormatError where the text is no JSON, lacks a field, or has a field of another type or
/// out of any sensible range, and where it is of a later schema version than this program knows.
HgrmMetadata parse_hgrm_metadata(std::string_view text);

/// Whether metadata is of a column of values, not of a configuration. Throws FormatError.
bool is_values_metadata(std::string_view text);

}  // namespace walbench::metrics
