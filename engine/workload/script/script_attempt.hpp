#pragma once

#include <chrono>

#include "engine/workers/task.hpp"
#include "engine/workload/script/script_account.hpp"
#include "engine/workload/script/script_client.hpp"
#include "engine/workload/workload.hpp"
#include "storage/stepped_session.hpp"

namespace walbench::engine {

/// One iteration with all that it needs.
struct ScriptIteration {
  ScriptClient& client;
  const Script& script;
  const IterationContext& context;
  ScriptAccount& account;
};

/// Sleeps as the script wants it. Throws storage::WriteCancelled if a stop cuts it
/// short.
Task think(std::chrono::nanoseconds duration, const ScriptIteration& iteration);

/// Carries out the steps of one attempt on a connection that can be stepped through.
class SteppedAttempt {
 public:
  SteppedAttempt(storage::SteppedSession& session, const ScriptIteration& iteration)
      : session_(session), iteration_(iteration) {}

  /// Any step but sleep and finished. Throws what no iteration survives.
  void run(const ScriptStep& step);

 private:
  StatementResult execute(const ScriptStep& step);

  storage::SteppedSession& session_;
  const ScriptIteration& iteration_;
  bool in_transaction_ = false;
  bool wrote_ = false;
};

/// One attempt with a store that takes whole transactions. Throws what no iteration survives.
Task attempt_whole(const ScriptIteration& iteration);

}  // namespace walbench::engine
