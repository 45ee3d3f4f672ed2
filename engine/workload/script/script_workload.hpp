#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workload/retry.hpp"
#include "engine/workload/script/builtin_scripts.hpp"
#include "engine/workload/script/script.hpp"
#include "engine/workload/script/script_account.hpp"
#include "engine/workload/script/script_client.hpp"
#include "engine/workload/workload.hpp"

namespace walbench::engine {

/// Scripts, and the database that they run on. Immutable once it is made.
struct ScriptJob {
  std::string name;   ///< for keys and file names: `claim`, `tpcb-like`
  ScriptPlan source;  ///< as they were written
  ScriptSet set;      ///< as compile_scripts() made it of that
  storage::Content content;
  std::vector<Invariant> checks;  ///< what must be true afterwards
  std::string digest;             ///< stands for everything above
};

/// Those of a job's scripts that one role runs. If there are readers, they run the scripts that
/// write nothing, and the writers the others.
enum class ScriptRole : std::uint8_t { alone, writers, readers };

/// Why a job cannot be run by a store that takes whole transactions only, as half a sentence that
/// names the place; empty if it can.
std::string refusal_of_whole_transactions(const ScriptSet& all,
                                          ScriptRole role = ScriptRole::alone);

/// Why a job cannot be run by writers and readers, as a sentence; empty if it can.
std::string refusal_of_readers(const ScriptSet& set);

/// Scripts as a workload: an iteration is one execution of one of them, chosen by their weights.
/// SQLITE_BUSY, conflicts and statements that are refused end an iteration, are counted, and the
/// run goes on. Each client has its own variables and random numbers, which stay from one iteration
/// to the next; an iteration takes any client that is free.
class ScriptWorkload final : public Workload {
 public:
  /// `clients` is how many iterations there are at a time; they are numbered from `first_client`
  /// on. `job` must outlive the workload.
  ScriptWorkload(const ScriptJob& job, RetryPlan retry, std::size_t clients,
                 ScriptRole role = ScriptRole::alone, std::size_t first_client = 0);

  storage::Content content() const override { return job_.content; }
  std::vector<metrics::StreamId> streams() const override;
  storage::StatementTexts statements() const override { return job_.set.statement_texts(); }
  Task iterate(std::int64_t number, IterationContext context,
               IterationOutcome& outcome) const override;
  void never_began(std::int64_t number, bool counts, IterationOutcome& outcome) const override;
  std::string name_of(std::int64_t number) const override;
  std::string name_of_statement(std::size_t index) const override;
  std::string verified_by() const override;
  std::unique_ptr<storage::PlainIteration> plain_iteration(std::int64_t /*number*/) const override {
    return nullptr;
  }
  std::unique_ptr<Iterations> readers(std::size_t readers) const override;
  std::int64_t rows() const override { return 0; }
  std::string reset_sql() const override { return {}; }
  Verification verify(storage::Database& database, const std::stop_token& stop) const override;

 private:
  /// A client that one iteration has at a time.
  struct Seat {
    Seat(const ScriptSet& set, std::int64_t number) : client(set, number) {}
    ScriptClient client;
    std::atomic<bool> taken = false;
  };
  class Lease;

  Seat& take_seat(std::size_t hint) const;
  bool tries_again(const ScriptEnd& end, std::int64_t tries, const IterationContext& context) const;
  std::size_t stream_of(storage::Outcome given_up) const;
  void assign_streams(const Script& script, IterationOutcome& outcome) const;

  const ScriptJob& job_;
  const RetryPlan retry_;
  const std::string role_;
  const ScriptSet set_;                      ///< the job's; scripts of another role have no weight
  const std::vector<const Script*> chosen_;  ///< those that have one
  const ScriptParts parts_;
  mutable std::deque<Seat> seats_;
};

}  // namespace walbench::engine
