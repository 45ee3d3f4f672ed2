#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

/// What is to be done first if the SQLite that was loaded has the WAL-reset bug (`affected`): the
/// versions that mend it, and which plans of the run can meet it. A sentence without a full stop;
/// nothing if it is not affected.
std::optional<std::string> wal_reset_advice(bool affected,
                                            const std::vector<ConfigurationResult>& configurations,
                                            const std::vector<MitigationResult>& mitigations);

/// The risk of a mitigation, as measured here: its own and, if its plan can meet that bug, that.
std::string risk_of(const MitigationResult& result);

/// A sentence if the bug can meet the mitigation and cannot meet its baseline.
std::optional<std::string> newly_exposed(const MitigationResult& result);

}  // namespace walbench::metrics
