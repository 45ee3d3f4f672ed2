#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/segment.hpp"

namespace walbench::metrics {

/// A run that was put together from others.
struct MergedRun {
  std::string run_id;
  std::string timestamp;           ///< of the earliest
  std::string environment_digest;  ///< theirs, where all have the same; otherwise one over all
  std::optional<Environment> environment;  ///< likewise, and nothing where they differ
  std::vector<std::string> fingerprints;   ///< of all runs in it, see fingerprints_in()
};

/// The fingerprints of the runs that a .hgrm file's samples are of: 16 hex digits over all that the
/// metadata says but the segment. The files of one run and configuration have the same, and no
/// others have it, since it covers what was measured. A merged file has those of all its runs.
/// Throws FormatError where the text is no JSON object.
std::vector<std::string> fingerprints_in(std::string_view metadata);

/// The same for a column of values, whose metadata says nothing of what was measured.
std::vector<std::string> fingerprints_in(std::string_view metadata,
                                         std::string_view encoded_histogram);

/// Whether the metadata is of a merged file. Throws FormatError where the text is no JSON object.
bool is_merged_metadata(std::string_view metadata);

/// 16 hex digits over a text.
std::string fingerprint_of(std::string_view text);

/// Throws FormatError unless the metadata says that the histogram is in nanoseconds.
void require_nanoseconds(std::string_view metadata);

/// The metadata of a merged .hgrm file: as hgrm_metadata() writes it, with the fingerprints.
std::string merged_metadata(const MergedRun& run, const ConfigurationResult& configuration,
                            Segment segment);

/// The same for columns of values.
std::string merged_values_metadata(std::string_view source,
                                   const std::vector<std::string>& fingerprints);

/// 8 hex digits over texts, whatever their order.
std::string digest_of(std::vector<std::string> texts);

}  // namespace walbench::metrics
