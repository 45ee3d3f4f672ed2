#include "metrics/recording/slowest_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace walbench::metrics {
namespace {

constexpr int kRowsLog2 = 5;  // rows to each doubling of fsm_net
constexpr std::size_t kRows = (64 - kRowsLog2 + 1) << kRowsLog2;

/// Values below 2 ^ kRowsLog2 have a row each; every doubling above has as many rows.
std::size_t row_of(std::int64_t net_ns) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(net_ns, 0));
  const int shift = std::max(static_cast<int>(std::bit_width(value)) - kRowsLog2 - 1, 0);
  return (static_cast<std::size_t>(shift) << kRowsLog2) + static_cast<std::size_t>(value >> shift);
}

}  // namespace

SlowestTable::SlowestTable() : rows_(kRows) {}

void SlowestTable::add(const TimingRecord& record) {
  if (!record.has(Segment::fsm_net)) return;
  const std::int64_t net_ns = record.value_ns(Segment::fsm_net);
  SlowestLifecycles& row = rows_[row_of(net_ns)];
  row.count += 1;
  count_ += 1;
  row.net_ns += net_ns;
  for (const SlowestPart& part : kSlowestParts) {
    row.*part.sum_ns += record.value_ns(part.segment);
  }
}

SlowestLifecycles SlowestTable::slowest() const {
  constexpr std::int64_t kOneIn = 100;
  SlowestLifecycles sum;
  std::int64_t missing = (count_ + kOneIn - 1) / kOneIn;
  for (auto row = rows_.rbegin(); missing > 0; ++row) {
    const std::int64_t taken = std::min(missing, row->count);
    if (taken == 0) continue;
    const double share = static_cast<double>(taken) / static_cast<double>(row->count);
    const auto share_of = [share](std::int64_t ns) {
      return std::llround(share * static_cast<double>(ns));
    };
    sum.net_ns += share_of(row->net_ns);
    for (const SlowestPart& part : kSlowestParts) {
      sum.*part.sum_ns += share_of((*row).*part.sum_ns);
    }
    sum.count += taken;
    missing -= taken;
  }
  return sum;
}

}  // namespace walbench::metrics
