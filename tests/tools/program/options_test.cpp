// Silent bugs these tests would catch: half of a number taken for the whole; a bound that is off by
// one; a list that drops its last or its empty part; an option that --help or --print-options, from
// which man pages and completion are made, leaves out; a default that is shown and not used.

#include "tools/program/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/refusal.hpp"

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

template <typename Call>
std::string refusal(const Call& call) {
  return test_support::refusal_of<std::invalid_argument>(call);
}

TEST(WholeNumbers, AreWhatTheTextSays) {
  const Reader<std::int64_t> numbers = whole_numbers<std::int64_t>(-5, 20);
  EXPECT_EQ(numbers.read("7"), 7);
  EXPECT_EQ(numbers.read("-5"), -5) << "the least";
  EXPECT_EQ(numbers.read("20"), 20) << "the most";
  EXPECT_EQ(numbers.read("007"), 7) << "not octal";
  for (const std::string text : {"", " 7", "7 ", "7.0", "7e0", "0x7", "+7", "seven", "-6", "21",
                                 "99999999999999999999", "7,8"}) {
    EXPECT_EQ(refusal([&] { return numbers.read(text); }),
              "'" + text + "' is not a whole number between -5 and 20");
  }
  const auto most = std::numeric_limits<std::uint64_t>::max();
  const Reader<std::uint64_t> seeds = whole_numbers<std::uint64_t>(0, most);
  EXPECT_EQ(seeds.read(std::to_string(most)), most);
  EXPECT_EQ(seeds.show(most), std::to_string(most));
  EXPECT_NE(refusal([&] { return seeds.read("-1"); }), "accepted");
}

TEST(Durations, AreShownAsTheyAreRead) {
  EXPECT_EQ(durations().read("1.5s"), 1500ms);
  EXPECT_EQ(durations().show(5s), "5s");
  EXPECT_EQ(durations(10ms).read("10ms"), 10ms);
  EXPECT_EQ(refusal([] { return durations(10ms).read("9ms"); }), "'9ms' is shorter than 10ms");
  EXPECT_EQ(whole_milliseconds(7).read("7ms"), 7ms);
  for (const char* const text : {"8ms", "1us", "1.5ms"}) {
    EXPECT_THAT(refusal([&] { return whole_milliseconds(7).read(text); }),
                HasSubstr("is not a whole number of milliseconds up to 7"));
  }
}

TEST(Lists, HaveThePartsBetweenTheCommas) {
  const Reader<std::vector<std::string>> lists = lists_of(texts());
  EXPECT_THAT(lists.read("a"), ElementsAre("a"));
  EXPECT_THAT(lists.read("b,a,c"), ElementsAre("b", "a", "c"));
  EXPECT_THAT(lists.read("a,"), ElementsAre("a", ""));
  EXPECT_THAT(lists.read("a, a"), ElementsAre("a", " a")) << "blanks belong to the part";
  EXPECT_EQ(lists.show({"a", "b"}), "a,b");
  EXPECT_EQ(refusal([&] { return lists.read("a,b,a"); }), "a is named twice");
}

/// A program with an option of each kind.
class OptionsTest : public testing::Test {
 protected:
  enum class Size : std::uint8_t { small, large };

  OptionsTest() {
    options_.section("Things");
    options_.flag("--loud", "make noise", loud_);
    options_.value("--count", "N", "how many", count_, whole_numbers<std::int64_t>(1, 9));
    options_.value("--after", "DUR", "when", after_, durations());
    options_.value("--sizes", "SIZE,...", "how large", sizes_,
                   lists_of(one_of<Size>({{"small", Size::small}, {"large", Size::large}})));
    options_.values("--limit", "L", "a limit", Takes::one_each_time, limits_, texts());
    options_.values("--from", "FROM", "sources", Takes::several, from_, texts(Completion::results));
    options_.values("FILES", "FILES", "files", Takes::several, files_, texts(Completion::results));
  }

  /// The exit code, a space, and what is printed; `taken` if the program goes on.
  std::string parse(const Arguments& arguments) const {
    const auto end = options_.parse(arguments);
    return end ? std::to_string(end->exit_code) + " " + end->text : "taken";
  }

  bool loud_ = false;
  std::int64_t count_ = 3;
  std::optional<std::chrono::nanoseconds> after_;
  std::vector<Size> sizes_ = {Size::small};
  std::vector<std::string> limits_;
  std::vector<std::string> from_;
  std::vector<std::string> files_;
  Options options_{{.name = "thing",
                    .purpose = "Does things.",
                    .usage = "[OPTION]...",
                    .version = "thing 7",
                    .footer = "\nThe end."}};
};

TEST_F(OptionsTest, SetWhatTheyAreBoundTo) {
  EXPECT_EQ(parse({"--loud", "--count=9", "--after", "2s", "--sizes", "large,small", "--limit", "a",
                   "f1", "--limit", "b", "f2", "--from", "x", "y"}),
            "taken");
  EXPECT_TRUE(loud_);
  EXPECT_EQ(count_, 9);
  EXPECT_EQ(after_, 2s);
  EXPECT_THAT(sizes_, ElementsAre(Size::large, Size::small));
  EXPECT_THAT(limits_, ElementsAre("a", "b"));
  EXPECT_THAT(files_, ElementsAre("f1", "f2"));
  EXPECT_THAT(from_, ElementsAre("x", "y"));
}

TEST_F(OptionsTest, LeaveDefaultsAlone) {
  EXPECT_EQ(parse({}), "taken");
  EXPECT_FALSE(loud_);
  EXPECT_EQ(count_, 3);
  EXPECT_EQ(after_, std::nullopt);
  EXPECT_THAT(sizes_, ElementsAre(Size::small));
}

TEST_F(OptionsTest, ARefusalNamesTheOption) {
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{"--count", "0"}, "--count: '0' is not a whole number between 1 and 9"},
      {{"--count"}, "--count"},
      {{"--count", "1", "--count", "2"}, "--count"},
      {{"--after", "soon"}, "--after: 'soon' is not a duration"},
      {{"--sizes", "small,huge"}, "--sizes: 'huge' is not one of small, large"},
      {{"--sizes", "small,small"}, "--sizes: small is named twice"},
      {{"--sizes", ""}, "--sizes is given an empty value"},
      {{"--limit", "a", "--limit", ""}, "--limit is given an empty value"},
      {{""}, "FILES is given an empty value"},
      {{"--quiet"}, "--quiet"},
  };
  for (const auto& [arguments, why] : cases) {
    const std::string end = parse(arguments);
    EXPECT_TRUE(end.starts_with("2 thing: ")) << end;
    EXPECT_THAT(end, HasSubstr(why));
    EXPECT_TRUE(end.ends_with("Try --help.\n")) << end;
  }
}

TEST_F(OptionsTest, HelpShowsEachWithItsArgumentAndDefault) {
  const std::string help = parse({"--help"});
  EXPECT_TRUE(help.starts_with("0 Does things.\nUsage: thing [OPTION]...\n\nThings:\n")) << help;
  for (const char* const line :
       {"\n  --loud                  make noise\n", "\n  --count N               how many [3]\n",
        "\n  --after DUR             when\n", "\n  --sizes SIZE,...        how large [small]\n",
        "\n  FILES...                files\n", "\nHelp:\n  -h,--help ", "\n  --version "}) {
    EXPECT_THAT(help, HasSubstr(line));
  }
  EXPECT_TRUE(help.ends_with("\nThe end.\n"));
  EXPECT_EQ(parse({"--version"}), "0 thing 7\n");
}

TEST_F(OptionsTest, RowsAreThereForOtherPrograms) {
  const std::string rows = parse({"--print-options"});
  for (const char* const row :
       {"0 Things\t--loud\t\t\t\tnothing\tnothing\tmake noise\n",
        "\nThings\t--count\tN\t3\t\tnothing\tone\thow many\n",
        "\nThings\t--sizes\tSIZE,...\tsmall\tsmall large\tlist\tone\thow large\n",
        "\nThings\t--limit\tL\t\t\tnothing\trepeated\ta limit\n",
        "\nThings\tFILES\tFILES\t\t\tresults\tseveral\tfiles\n", "\nHelp\t--version\t"}) {
    EXPECT_THAT(rows, HasSubstr(row));
  }
}

TEST(Options, OtherNamesAndHiddenOnesAreTaken) {
  std::int64_t clients = 1;
  bool old = false;
  Options options({.name = "p", .purpose = "P.", .usage = "", .version = "", .footer = ""});
  options.section("A");
  options.value("--clients", "N", "how many", clients, whole_numbers<std::int64_t>(1, 9));
  options.also("-c,--workers");
  options.hidden("-o,--old", Takes::nothing, [&old](const std::string&) { old = true; });
  options.elsewhere("-j,--jobs", Takes::one, "write -c");
  std::set<std::string> given;
  EXPECT_FALSE(options.parse({"-c", "7", "-o"}, &given).has_value());
  EXPECT_EQ(clients, 7);
  EXPECT_TRUE(old);
  EXPECT_THAT(given, ElementsAre("--clients", "-o,--old"));
  EXPECT_FALSE(options.parse({"--workers", "3"}).has_value());
  EXPECT_EQ(clients, 3);
  EXPECT_THAT(options.parse({"-j", "2"})->text, HasSubstr("-j,--jobs: write -c"));
  const std::string help = options.parse({"--help"})->text;
  EXPECT_THAT(help, HasSubstr("how many. Also -c [1]"));
  EXPECT_EQ(help.find("old"), std::string::npos);
}

}  // namespace
}  // namespace walbench::tools
