// Silent bugs these tests would catch: half of a number taken for the whole; a limit that is off by
// one; a list that drops its last or its empty part; a refusal that names no option.

#include "tools/program/argument_values.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace walbench::tools {
namespace {

/// What the call is refused with.
template <typename Call>
std::string refusal(const Call& call) {
  try {
    static_cast<void>(call());
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

std::int64_t number(const std::string& text) {
  return whole_number<std::int64_t>("--number", text, -5, 20);
}

TEST(WholeNumber, IsWhatTheTextSays) {
  EXPECT_EQ(number("7"), 7);
  EXPECT_EQ(number("-5"), -5) << "the least";
  EXPECT_EQ(number("20"), 20) << "the most";
  EXPECT_EQ(number("007"), 7) << "not octal";
  const auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(whole_number<std::uint64_t>("--seed", std::to_string(most), 0, most), most);
}

TEST(WholeNumber, RefusesEverythingElseByTheOptionsName) {
  for (const std::string text : {"", " 7", "7 ", "7.0", "7e0", "0x7", "+7", "seven", "-6", "21",
                                 "99999999999999999999", "7,8"}) {
    EXPECT_EQ(refusal([&] { return number(text); }),
              "--number: '" + text + "' is no whole number from -5 to 20");
  }
  EXPECT_EQ(refusal([] { return whole_number<std::uint64_t>("--seed", "-1", 0, 9); }),
            "--seed: '-1' is no whole number from 0 to 9");
}

TEST(ListOf, HasThePartsBetweenTheCommas) {
  using List = std::vector<std::string>;
  EXPECT_EQ(list_of("--list", "a"), List{"a"});
  EXPECT_EQ(list_of("--list", "b,a,c"), (List{"b", "a", "c"}));
  EXPECT_EQ(list_of("--list", ""), List{""});
  EXPECT_EQ(list_of("--list", "a,"), (List{"a", ""}));
  EXPECT_EQ(list_of("--list", ",a"), (List{"", "a"}));
  EXPECT_EQ(list_of("--list", "a, a"), (List{"a", " a"})) << "blanks belong to the part";
}

TEST(ListOf, RefusesAPartThatIsThereTwice) {
  EXPECT_EQ(refusal([] { return list_of("--list", "a,b,a"); }), "--list: a is there twice");
  EXPECT_EQ(refusal([] { return list_of("--list", "a,,"); }), "--list:  is there twice");
}

TEST(Parsed, PutsTheOptionBeforeWhatTheParserSays) {
  EXPECT_EQ(parsed("--delay", [] { return 7; }), 7);
  EXPECT_EQ(refusal([] {
              return parsed("--delay", []() -> int { throw std::invalid_argument("has no unit"); });
            }),
            "--delay: has no unit");
  EXPECT_THROW(parsed("--delay", []() -> int { throw std::runtime_error("no disk"); }),
               std::runtime_error)
      << "what is no complaint about the argument is not made one";
}

}  // namespace
}  // namespace walbench::tools
