#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/script/random_stream.hpp"
#include "engine/workload/script/script.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {

/// The next thing that a client asks for.
struct ScriptStep {
  enum class Kind : std::uint8_t { begin, statement, commit, rollback, sleep, finished };
  Kind kind = Kind::finished;
  /// Null for a border of a transaction that does not stand in the script.
  const ScriptStatement* statement = nullptr;
  std::span<const storage::Value> parameters;  ///< ?1 and so on; valid until completed()
  std::chrono::nanoseconds sleep{0};
};

/// The answer to a step.
struct StatementResult {
  storage::Outcome outcome = storage::Outcome::committed;  ///< or what kept it from being done
  std::int64_t rows = 0;  ///< those that it changed, or returned if it changes none
  std::span<const storage::Value> row =
      {};                  ///< the first one that it returned; read by completed()
  std::string error = {};  ///< the engine's sentence, if it was not done
  bool final = false;      ///< a lost race that is not to be repeated
};

/// How an iteration ended.
struct ScriptEnd {
  storage::Outcome outcome = storage::Outcome::committed;
  bool may_retry = false;                      ///< busy, or a conflict that is to be repeated
  const ScriptStatement* statement = nullptr;  ///< the one that ended it early
  std::string reason;                          ///< a sentence; empty if it was committed
};

/// Runs scripts, one iteration after the other, without a thread, a clock or a database of its own:
/// it says what to do, and is told what came of it. Its variables stay from one iteration to the
/// next, as in pgbench. The random numbers follow from the seed of the set and from the client's
/// number alone. Used by one thread at a time.
class ScriptClient {
 public:
  /// `number` counts from 0: the variable client_id. `set` must outlive the client.
  ScriptClient(const ScriptSet& set, std::int64_t number);

  /// The script of the next iteration, by the scripts' weights.
  const Script& choose();

  /// Begins an iteration. `script` must outlive it.
  void begin(const Script& script);

  /// Begins the last iteration again, with the same random numbers and variables.
  void repeat();

  /// The next step. After each but sleep and finished, completed() must be called before the next.
  ScriptStep next();
  void completed(const StatementResult& result);

  /// How the iteration ended, once next() has said `finished`.
  const ScriptEnd& end() const { return end_; }

  const ScriptValue& value(std::size_t slot) const { return variables_[slot]; }

 private:
  /// Where a write stands that has an expectation but no transaction around it: it gets one, so
  /// that a wrong number of rows can be undone.
  enum class Lone : std::uint8_t { no, begun, executed };

  ScriptStep advance();
  void run(const SetVariable& set);
  void run(const BranchUnless& branch);
  void run(const Jump& jump) { at_ = jump.target; }
  ScriptStep sleep(const Sleep& sleep);
  ScriptStep execute(const ScriptStatement& statement);
  ScriptStep emit(ScriptStep::Kind kind, const ScriptStatement* statement);
  void statement_completed(const StatementResult& result);
  bool expected(const StatementResult& result);
  void give_up(storage::Outcome outcome, bool may_retry, std::string reason);
  std::string place_of(std::size_t offset) const;

  const ScriptSet& set_;
  RandomStream choices_;
  RandomStream random_;
  RandomStream random_at_begin_;
  std::vector<ScriptValue> variables_;
  std::vector<ScriptValue> variables_at_begin_;
  std::vector<storage::Value> parameters_;

  // The iteration.
  const Script* script_ = nullptr;
  std::size_t at_ = 0;  ///< instruction
  ScriptStep::Kind step_ = ScriptStep::Kind::finished;
  const ScriptStatement* statement_ = nullptr;
  Lone lone_ = Lone::no;
  bool in_transaction_ = false;
  bool given_up_ = false;
  ScriptEnd end_;
};

/// Carries out the steps of a client.
class ScriptSession {
 public:
  ScriptSession() = default;
  ScriptSession(const ScriptSession&) = delete;
  ScriptSession& operator=(const ScriptSession&) = delete;
  virtual ~ScriptSession() = default;

  /// A step that is neither `sleep` nor `finished`.
  virtual StatementResult execute(const ScriptStep& step) = 0;
};

/// Runs the iteration that was begun, on the calling thread.
const ScriptEnd& run_iteration(ScriptClient& client, ScriptSession& session,
                               const std::function<void(std::chrono::nanoseconds)>& sleep);

}  // namespace walbench::engine
