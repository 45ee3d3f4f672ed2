// Silent bugs these tests would catch: a value that is filed under another value's name, or read
// as it; delays that do not grow, or that grow past their cap or a number's end.

#include "storage/busy_handler_axis.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;

TEST(BusyHandlerAxis, NamesReadBackAsThemselves) {
  for (const char* const name :
       {"sqlite", "constant:1ms", "constant:1us", "constant:1min", "constant:1500us",
        "exponential:1ms..100ms", "exponential:500us..2s", "exponential:3ms..3ms"}) {
    const auto value = BusyHandlerAxis::parse(name);
    ASSERT_TRUE(value.has_value()) << name;
    EXPECT_EQ(value->name(), name);
    EXPECT_EQ(BusyHandlerAxis::parse(value->name()), value);
  }
  EXPECT_EQ(BusyHandlerAxis::parse("constant:1000us")->name(), "constant:1ms");
  EXPECT_EQ(BusyHandlerAxis::parse("constant:0.5ms")->name(), "constant:500us");
}

TEST(BusyHandlerAxis, EverythingElseIsNone) {
  for (const char* const text :
       {"", "constant", "constant:", "constant:1", "constant:0", "constant:-1ms", "constant:999ns",
        "constant:61s", "constant:1ms ", "exponential:1ms", "exponential:1ms..",
        "exponential:..1ms", "exponential:2ms..1ms", "exponential:1ms...2ms", "exponential:0..1ms",
        "sqlite:1ms", "SQLITE"}) {
    EXPECT_FALSE(BusyHandlerAxis::parse(text).has_value()) << text;
  }
}

TEST(BusyHandlerAxis, SqlitesDelaysAreItsOwn) {
  const BusyHandlerAxis axis = BusyHandlerAxis::sqlite();
  const std::int64_t ms[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100, 100, 100};
  std::int64_t number = 0;
  for (const std::int64_t each : ms) {
    EXPECT_EQ(axis.longest_delay(number++), std::chrono::milliseconds(each));
  }
}

TEST(BusyHandlerAxis, AConstantDelayStaysAndAnExponentialOneDoublesUpToItsCap) {
  const BusyHandlerAxis constant = BusyHandlerAxis::constant(3ms);
  const BusyHandlerAxis exponential = BusyHandlerAxis::exponential(3ms, 20ms);
  const std::chrono::nanoseconds doubled[] = {3ms, 6ms, 12ms, 20ms, 20ms};
  for (std::int64_t number = 0; number < 5; ++number) {
    EXPECT_EQ(constant.longest_delay(number), 3ms);
    EXPECT_EQ(exponential.longest_delay(number), doubled[number]) << number;
  }
  EXPECT_EQ(exponential.longest_delay(INT32_MAX), 20ms);
  EXPECT_TRUE(exponential.has_jitter());
  EXPECT_FALSE(constant.has_jitter() || BusyHandlerAxis::sqlite().has_jitter());
}

}  // namespace
}  // namespace walbench::storage
