#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "engine/workload/lifecycle/transitions.hpp"
#include "engine/workload/workload.hpp"
#include "storage/transaction.hpp"

namespace walbench::engine {

/// Every column that a step sets, with what it holds at the end of a lifecycle.
std::vector<ColumnWrite> final_columns();

/// A file's row after some of its lifecycle's writes.
struct RowAfter {
  LifecycleState state = step_of(kSuccess.front()).from;
  std::int64_t version = 0;
  std::vector<ColumnWrite> columns;  ///< those of final_columns()
  std::string error_message;         ///< what a column that holds one has

  /// After the first `writes` writes. The API decides whether calls fail between them.
  static RowAfter of(std::string_view path, std::int64_t writes, const MockApi& api);
};

/// Compares rows with what their lifecycles' acknowledged writes must have left.
class RowCheck {
 public:
  /// `seed` is that of the content hashes; `left_at` says by file where lifecycles were given up.
  /// Both references must outlive the check.
  RowCheck(std::uint64_t seed, const MockApi& api, const std::vector<LeftAt>& left_at)
      : seed_(seed), api_(api), left_at_(left_at) {}

  /// The query that returns the rows, in the order of the files.
  std::string sql() const;

  /// Looks at a row of that query.
  void operator()(std::span<const storage::Value> row, Verification& found) const;

 private:
  RowAfter expected(std::int64_t file, const std::string& path) const;
  std::string_view wrong_column(std::span<const storage::Value> row, std::int64_t file,
                                const std::string& path) const;

  const std::uint64_t seed_;
  const MockApi& api_;
  const std::vector<LeftAt>& left_at_;
  const std::vector<ColumnWrite> final_columns_ = final_columns();
};

}  // namespace walbench::engine
