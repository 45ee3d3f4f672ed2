// Silent bugs these tests would catch: one's own work told as the load of others, or the load of
// others as one's own; a machine without these counters that counts as idle or as loaded.

#include "engine/machine_load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace walbench::engine {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class MachineLoad : public test_support::TemporaryFolderTest {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = directory() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  /// What /proc says after so many seconds of idle time of four CPUs.
  LoadReading reading(double idle_seconds) const {
    const auto ticks =
        static_cast<long>(idle_seconds * static_cast<double>(::sysconf(_SC_CLK_TCK)));
    write("stat", "cpu  9 9 9 " + std::to_string(ticks / 2) + " " +
                      std::to_string(ticks - ticks / 2) +
                      " 0 0 0 0 0\ncpu0 1\ncpu1 1\ncpu2 1\ncpu3 1\nintr 7\n");
    return read_load(directory());
  }
};

TEST_F(MachineLoad, OfOthersIsWhatWasNeitherIdleNorOnesOwn) {
  LoadReading before = reading(100);
  LoadReading after = reading(104.5);
  before.at_ns = 0;
  after.at_ns = 2 * kSecond;
  before.own_cpu_ns = kSecond;
  after.own_cpu_ns = 3 * kSecond;
  const metrics::MachineLoad load = load_between(before, after);
  ASSERT_TRUE(load.others_cores.has_value());
  EXPECT_NEAR(*load.others_cores, 4 - 4.5 / 2 - 1, 1e-9);
  EXPECT_FALSE(load.pressure.has_value()) << "this kernel has none";
}

TEST_F(MachineLoad, PressureOnCpusCountsBeyondTheWaitsOfOnesOwnThreads) {
  write("pressure/cpu", "some avg10=9.99 avg60=1.00 avg300=1.00 total=1000000\nfull total=7\n");
  write("pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
  write("self/task/11/schedstat", "1 400000000 1\n");
  LoadReading before = reading(0);
  write("pressure/cpu", "some avg10=9.99 avg60=1.00 avg300=1.00 total=2000000\nfull total=7\n");
  write("self/task/11/schedstat", "1 600000000 1\n");
  write("self/task/12/schedstat", "1 300000000 1\n");
  LoadReading after = reading(8);
  before.at_ns = 0;
  after.at_ns = 2 * kSecond;
  EXPECT_NEAR(load_between(before, after).pressure.value_or(-1), (1 - 0.2 - 0.3) / 2, 1e-9);
  after.own_cpu_wait_ns[12] = 5 * kSecond;
  EXPECT_EQ(load_between(before, after).pressure, 0) << "all of it is one's own";
  after.memory_pressure_ns = *before.memory_pressure_ns + kSecond;
  EXPECT_NEAR(load_between(before, after).pressure.value_or(-1), 0.5, 1e-9);
}

TEST_F(MachineLoad, IsNotKnownWithoutTheCounters) {
  const LoadReading none = read_load(directory() / "missing");
  LoadReading later = none;
  later.at_ns += kSecond;
  EXPECT_EQ(load_between(none, later), metrics::MachineLoad());
  EXPECT_EQ(load_between(none, none), metrics::MachineLoad()) << "no time";
  write("stat", "cpu  x\n");
  EXPECT_FALSE(read_load(directory()).idle_ns.has_value());
}

TEST_F(MachineLoad, IsReadFromThisMachine) {
  const LoadReading here = read_load();
  EXPECT_GT(here.cpus, 0);
  EXPECT_TRUE(here.idle_ns.has_value());
  EXPECT_GT(here.own_cpu_ns, 0);
}

}  // namespace
}  // namespace walbench::engine
