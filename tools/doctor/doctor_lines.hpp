#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/checks/check_result.hpp"
#include "storage/sqlite/checks/kill_trial.hpp"
#include "storage/sqlite/checks/loaded_library.hpp"
#include "storage/sqlite/checks/wal_reset_trial.hpp"
#include "storage/sqlite/locks/lock_snapshot.hpp"
#include "tools/doctor/doctor_story.hpp"

namespace walbench::tools {

// The verdicts on what was found, in words.

storage::CheckResult library_line(const storage::LoadedLibrary& library);

/// Of the SQLite in `file`, which has this source id: two lines.
std::vector<storage::CheckResult> embedded_lines(const std::string& file,
                                                 const std::string& source_id);

/// `what` names the trial. A trial of a version that has the bug by its number never passes.
storage::CheckResult wal_reset_line(const std::string& what, const storage::WalResetFound& found,
                                    bool version_has_bug);

/// `index` in kWalResetRemedies.
storage::CheckResult remedy_line(std::size_t index, const storage::WalResetFound& found);

storage::CheckResult kills_line(const storage::KillsFound& found, int wanted);

/// The database first, then a line for everything that looks wrong with it. `not_checkpointed`:
/// frames in its WAL; 0 also if nobody has it open.
std::vector<storage::CheckResult> database_lines(const storage::DatabaseState& state,
                                                 std::uint32_t not_checkpointed);

/// `PASS`, `WARN`, `FAIL`; `-`: it could not be checked.
std::string_view outcome_name(storage::CheckOutcome outcome);

/// `name  PASS  what was seen`, and `-> advice`, in lines of at most 100 columns.
std::string line_text(const storage::CheckResult& result);

/// The last line: `2 failed (WAL reset), 1 warned (sync); 21 s.`
std::string summary_text(const DoctorStory& story);

}  // namespace walbench::tools
