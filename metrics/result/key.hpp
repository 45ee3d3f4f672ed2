#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// One dimension of a key and its value, as in `threads` and `10`.
struct KeyPart {
  std::string dimension;
  std::string value;

  bool operator==(const KeyPart&) const = default;
};

/// The key of a configuration: what tells it apart from the others of its run. Label, file name,
/// selector, merging and the columns of a report follow from it. Threads, profile and strategy come
/// first; then whatever else varies within the run, and last what tells a stream apart from the
/// main one.
class Key {
 public:
  explicit Key(const ConfigurationPlanned& planned);
  /// That of one of the configuration's streams.
  Key(const ConfigurationResult& configuration, const Stream& stream);

  const std::vector<KeyPart>& parts() const { return parts_; }

  /// `c=10 zero per-file`, `c=10 zero per-file busy-timeout=20ms`.
  std::string label() const;

  /// `c10-zero-per-file`, `c10-zero-per-file+busy-timeout-20ms.readers`: letters, digits, and
  /// `.+_-` alone, whatever a file claimed.
  std::string file_part() const;

  /// `{threads=10,profile=zero,strategy=per-file}`
  std::string selector() const;

  bool operator==(const Key&) const = default;

 private:
  std::vector<KeyPart> parts_;
  std::size_t stream_parts_ = 0;  ///< the last so many
};

/// The text with a dash for whatever is no letter, no digit and none of `.-_`. Of a long one, its
/// end and a fingerprint: the names of files have a limit.
std::string for_file_name(std::string_view text);

/// The label of its key.
std::string configuration_label(const ConfigurationPlanned& planned);

/// Sets `varied` in each plan of a run, so that no two unlike plans share a key: a dimension is
/// named if it varies among the plans of the same threads, profile and strategy, and is not at its
/// standard value. `plans` are results before their measurement: a plan, and settings that are to
/// be read back.
void name_what_varies(std::span<ConfigurationResult> plans);

}  // namespace walbench::metrics
