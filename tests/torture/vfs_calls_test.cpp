// Would catch: a call of SQLite's VFS whose failure ends in a result that is called sound, in a
// crash, in a run without an end, in files left behind, or in an acknowledged transition that the
// database does not hold. A small run of every strategy is made again and again, and each time
// another call fails: the N-th of its kind, once or from then on.
//
// All of them take minutes: WALBENCH_TORTURE=all, as `tools/dev torture` sets it. Otherwise a few N
// of each kind are drawn.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "tests/torture/chosen.hpp"
#include "tests/torture/small_run.hpp"

namespace walbench::torture {
namespace {

using storage::FileKind;
using storage::VfsAnswer;
using storage::VfsCall;
using storage::VfsOperation;

/// How a call fails.
struct Fault {
  VfsOperation operation;
  const char* name;
  VfsAnswer answer;
};

constexpr std::array kFaults = {
    Fault{VfsOperation::open, "open", {.code = SQLITE_CANTOPEN, .system_error = EIO}},
    Fault{VfsOperation::read, "read", {.code = SQLITE_IOERR_READ, .system_error = EIO}},
    Fault{VfsOperation::write, "write", {.code = SQLITE_IOERR_WRITE, .system_error = EIO}},
    Fault{VfsOperation::write, "write_full", {.code = SQLITE_FULL, .system_error = ENOSPC}},
    Fault{VfsOperation::write,
          "write_short",
          {.code = SQLITE_FULL, .system_error = ENOSPC, .written_bytes = 13}},
    Fault{VfsOperation::truncate, "truncate", {.code = SQLITE_IOERR_TRUNCATE, .system_error = EIO}},
    Fault{VfsOperation::sync, "sync", {.code = SQLITE_IOERR_FSYNC, .system_error = EIO}},
    Fault{VfsOperation::lock, "lock", {.code = SQLITE_IOERR_LOCK, .system_error = ENOLCK}},
    Fault{VfsOperation::shm_map, "shm_map", {.code = SQLITE_IOERR_SHMMAP, .system_error = ENOMEM}},
    Fault{VfsOperation::shm_lock, "shm_lock", {.code = SQLITE_IOERR_SHMLOCK, .system_error = EIO}},
    Fault{VfsOperation::unfetch, "unfetch", {.code = SQLITE_IOERR_MMAP, .system_error = EIO}},
    Fault{VfsOperation::remove, "remove", {.code = SQLITE_IOERR_DELETE, .system_error = EIO}},
};

/// Lets the N-th call of a kind fail, counted from 1, and perhaps all that follow.
class NthCall final : public storage::VfsPolicy {
 public:
  NthCall(const Fault& fault, std::int64_t nth, bool for_good)
      : fault_(fault), nth_(nth), for_good_(for_good) {}

  VfsAnswer before(const VfsCall& call) override {
    if (call.operation != fault_.operation) return {};
    const std::int64_t number = calls_.fetch_add(1) + 1;
    if (number != nth_ && !(for_good_ && number > nth_)) return {};
    fired_ = true;
    const bool fatal =
        storage::IoFailure::is_failure(call.operation, call.file, fault_.answer.code);
    if (fatal) fatal_ = true;
    return fault_.answer;
  }

  std::int64_t calls() const { return calls_.load(); }
  bool fired() const { return fired_.load(); }
  /// Whether a call of the database or its WAL failed.
  bool fatal() const { return fatal_.load(); }

 private:
  const Fault& fault_;
  const std::int64_t nth_;
  const bool for_good_;
  std::atomic<std::int64_t> calls_ = 0;
  std::atomic<bool> fired_ = false;
  std::atomic<bool> fatal_ = false;
};

class VfsCalls : public testing::TestWithParam<SmallPlan> {
 protected:
  void expect_sound(const Fault& fault, std::int64_t nth, bool for_good) {
    SCOPED_TRACE(testing::Message() << fault.name << " " << nth << (for_good ? " for good" : ""));
    NthCall policy(fault, nth, for_good);
    const End end = run_.run(GetParam(), &policy);
    ++runs_;
    if (policy.fired()) ++fired_;
    expect_whole(end, GetParam());
    EXPECT_FALSE(end.verified && policy.fatal()) << "a failed call was kept from the user";
    EXPECT_FALSE(!end.verified && !policy.fired()) << "nothing had failed: " << end.sentence;
  }

  SmallRun run_;
  std::int64_t runs_ = 0;
  std::int64_t fired_ = 0;
};

TEST_P(VfsCalls, EachEndIsAVerifiedResultOrASentence) {
  for (const Fault& fault : kFaults) {
    NthCall counting(fault, 0, false);
    const End undisturbed = run_.run(GetParam(), &counting);
    ASSERT_TRUE(undisturbed.verified) << undisturbed.sentence;
    for (const std::int64_t nth : chosen(counting.calls())) {
      expect_sound(fault, nth, false);
      expect_sound(fault, nth, true);
      if (HasFailure()) return;
    }
  }
  std::cout << GetParam().name << ": " << runs_ << " runs, in " << fired_ << " a call failed\n";
}

INSTANTIATE_TEST_SUITE_P(Strategies, VfsCalls, testing::ValuesIn(small_plans()),
                         [](const auto& plan) { return plan.param.name; });

}  // namespace
}  // namespace walbench::torture
