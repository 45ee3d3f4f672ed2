#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "engine/workload/lifecycle/transitions.hpp"
#include "storage/axes.hpp"
#include "storage/transaction.hpp"

namespace walbench::engine {

/// One OCC update: moves the row of `file_path` from the event's state at `version` to its next
/// state at `version + 1`. Views must stay valid until the write is acknowledged.
struct TransitionWrite {
  std::string_view file_path;
  LifecycleEvent event = LifecycleEvent::start_upload;
  std::int64_t version = 0;

  // Values of the step's columns; empty if it does not set them.
  std::string_view remote_file_id = {};
  std::string_view remote_file_uri = {};
  std::string_view store_doc_id = {};
  std::string_view error_message = {};

  const LifecycleStep& step() const { return step_of(event); }
  /// The text that a column of this step holds; empty for NULL and for times.
  std::string_view text(Holds holds) const;
};

/// The bytes that the write changes in its row: the new values of the columns that it sets. Texts
/// count by their length, time stamps are 26 bytes, the version 8.
std::int64_t changed_bytes(const TransitionWrite& write);

/// The message of a conflict at that write.
std::string conflict_text(const TransitionWrite& write);

/// The statements of all lifecycles: the update of each step, in the order of kLifecycleSteps, and
/// behind them, with guard `select`, the query that precedes it.
storage::StatementTexts lifecycle_statements(storage::GuardAxis guard);

/// The transaction of a write. It holds pointers to itself and cannot be moved.
class TransitionTransaction {
 public:
  explicit TransitionTransaction(storage::GuardAxis guard) : guard_(guard) {}
  TransitionTransaction(const TransitionWrite& write, storage::GuardAxis guard) : guard_(guard) {
    set(write);
  }
  TransitionTransaction(const TransitionTransaction&) = delete;
  TransitionTransaction& operator=(const TransitionTransaction&) = delete;
  ~TransitionTransaction() = default;

  /// From now on it is that write's.
  void set(const TransitionWrite& write);

  const storage::Transaction& get() const { return transaction_; }

 private:
  storage::GuardAxis guard_;
  std::array<storage::Value, 3> query_parameters_;
  std::array<storage::Value, 4 + std::tuple_size_v<decltype(LifecycleStep::columns)>> parameters_;
  std::array<storage::StatementCall, 2> calls_;
  storage::Transaction transaction_;
};

}  // namespace walbench::engine
