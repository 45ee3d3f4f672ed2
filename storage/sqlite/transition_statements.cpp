#include "storage/sqlite/transition_statements.hpp"

#include <cstddef>
#include <stdexcept>

#include "storage/sqlite/timestamp.hpp"

namespace walbench::storage {
namespace {

// Parameters of the UPDATE statements; a statement uses those that its columns and guard need.
constexpr int kNow = 1;
constexpr int kNextVersion = 2;
constexpr int kFilePath = 3;
constexpr int kVersion = 4;
constexpr int kFirstAnswer = 5;  ///< remote file id, or the document's id
constexpr int kRemoteUri = 6;

struct Step {
  LifecycleState from;
  LifecycleState to;
  std::string_view answers;  ///< the columns that keep what the API answered
};

constexpr std::array<Step, 6> kSteps = {{
    {LifecycleState::untracked, LifecycleState::uploading, ""},
    {LifecycleState::uploading, LifecycleState::processing,
     "gemini_file_id=?5, gemini_file_uri=?6, upload_timestamp=?1, "},
    {LifecycleState::processing, LifecycleState::indexed, "gemini_store_doc_id=?5, "},
    {LifecycleState::uploading, LifecycleState::failed, "error_message=?5, "},
    {LifecycleState::processing, LifecycleState::failed, "error_message=?5, "},
    {LifecycleState::failed, LifecycleState::untracked, "error_message=NULL, "},
}};
constexpr std::size_t kStepsWithoutFailure = 3;

std::string update_sql(const Step& step, GuardAxis guard) {
  std::string sql = "UPDATE files SET gemini_state='";
  sql.append(state_name(step.to)).append("', ").append(step.answers);
  sql.append("gemini_state_updated_at=?1, version=?2 WHERE file_path=?3");
  if (guard == GuardAxis::where) {
    sql.append(" AND gemini_state='").append(state_name(step.from)).append("'");
  }
  if (guard != GuardAxis::select) sql.append(" AND version=?4");
  return sql;
}

std::size_t step_index(LifecycleState from, LifecycleState to) {
  for (std::size_t index = 0; index < kSteps.size(); ++index) {
    if (kSteps[index].from == from && kSteps[index].to == to) return index;
  }
  throw std::invalid_argument("no write leads from state " + std::string(state_name(from)) +
                              " to " + std::string(state_name(to)));
}

}  // namespace

TransitionStatements::TransitionStatements(const std::string& db_path, const char* vfs_name,
                                           const ConnectionSettings& settings, BeginAxis begin,
                                           GuardAxis guard)
    : guard_(guard), connection_(db_path, vfs_name) {
  apply_settings(connection_, settings);
  begin_ = connection_.prepare(begin == BeginAxis::immediate ? "BEGIN IMMEDIATE" : "BEGIN");
  commit_ = connection_.prepare("COMMIT");
  rollback_ = connection_.prepare("ROLLBACK");
  if (guard == GuardAxis::select) {
    select_ = connection_.prepare("SELECT gemini_state, version FROM files WHERE file_path=?1");
  }
  for (std::size_t index = 0; index < kStepsWithoutFailure; ++index) {
    updates_[index] = connection_.prepare(update_sql(kSteps[index], guard));
  }
}

void TransitionStatements::roll_back() {
  if (connection_.in_transaction()) static_cast<void>(rollback_.run());
}

int TransitionStatements::update(const TransitionWrite& write) {
  if (guard_ == GuardAxis::select) {
    const int code = read_and_compare(write);
    if (code != SQLITE_OK) return code;
  }
  const TimestampText now = timestamp_now();
  const int code = bind_update(write, std::string_view(now.data(), now.size() - 1)).run();
  if (code == SQLITE_OK && connection_.changes() != 1) throw OccConflict(write);
  return code;
}

int TransitionStatements::read_and_compare(const TransitionWrite& write) {
  select_.bind(1, write.file_path);
  const int code = select_.try_step();
  const bool as_expected = code == SQLITE_ROW && select_.column_text(0) == state_name(write.from) &&
                           select_.column_int64(1) == write.version;
  select_.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
  if (!as_expected) throw OccConflict(write);
  return SQLITE_OK;
}

Statement& TransitionStatements::bind_update(const TransitionWrite& write, std::string_view now) {
  const std::size_t step = step_index(write.from, write.to);
  Statement& update = updates_[step];
  if (!update.prepared()) {
    update = connection_.prepare(update_sql(kSteps[step], guard_));
  }
  update.bind(kNow, now);
  update.bind(kNextVersion, write.version + 1);
  update.bind(kFilePath, write.file_path);
  if (guard_ != GuardAxis::select) update.bind(kVersion, write.version);
  if (write.to == LifecycleState::processing) {
    update.bind(kFirstAnswer, write.remote_file_id);
    update.bind(kRemoteUri, write.remote_file_uri);
  } else if (write.to == LifecycleState::indexed) {
    update.bind(kFirstAnswer, write.store_doc_id);
  } else if (write.to == LifecycleState::failed) {
    update.bind(kFirstAnswer, write.error_message);
  }
  return update;
}

}  // namespace walbench::storage
