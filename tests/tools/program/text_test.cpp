// Silent bugs these tests would catch: a file name or a result file that recolours the terminal,
// moves its cursor or turns the direction of a line; a number whose digits are grouped wrongly; a

#include "tools/program/text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace walbench::tools {
namespace {

TEST(Printable, KeepsOrdinaryText) {
  for (const std::string text :
       {"", "results/20260131.hgrm", "a b\\x1b {} %s", "\u00e4\u00f6\u00fc \u20ac \u65e5\u672c",
        "\U0001F600", "\u00a0", "\U0010FFFF", "~", "\ud7ff\ue000"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, MakesEveryControlCharacterVisible) {
  for (int byte = 0; byte < 0x20; ++byte) {
    const char* const digits = "0123456789abcdef";
    const std::string expected = std::string("a\\x") + digits[byte / 16] + digits[byte % 16] + "b";
    EXPECT_EQ(printable(std::string("a") + static_cast<char>(byte) + "b"), expected) << byte;
  }
  EXPECT_EQ(printable("\x7f"), "\\x7f");
}

TEST(Printable, BreaksTerminalSequences) {
  EXPECT_EQ(printable("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(printable("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(printable("over\rwritten\n"), "over\\x0dwritten\\x0a");
}

TEST(Printable, KnowsC1AsABytesAndAsUtf8) {
  EXPECT_EQ(printable("\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u{009b}31m");
  EXPECT_EQ(printable("\xc2\x80"), "\\u{0080}");
  EXPECT_EQ(printable("\xc2\x85"), "\\u{0085}");
  EXPECT_EQ(printable("\xc2\x9f"), "\\u{009f}");
}

TEST(Printable, ShowsEveryByteThatIsNotUtf8) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\xff", "\\xff"},
      {"\xfe\xfe", "\\xfe\\xfe"},
      {"a\x80z", "a\\x80z"},                                  // a continuation alone
      {"\xc3", "\\xc3"},                                      // cut off
      {"\xe2\x82", "\\xe2\\x82"},                             // cut off
      {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},                    // cut off
      {"\xc3(", "\\xc3("},                                    // no continuation
      {"\xe2\x28\xa1", "\\xe2(\\xa1"},                        // no continuation
      {"\xc0\xaf", "\\xc0\\xaf"},                             // overlong '/'
      {"\xc1\xbf", "\\xc1\\xbf"},                             // overlong
      {"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},                    // overlong ESC
      {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},                    // overlong U+07FF
      {"\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"},           // overlong
      {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},           // overlong U+FFFF
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},                    // a surrogate
      {"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},                    // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},           // past U+10FFFF
      {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},           // past U+10FFFF
      {"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},  // five bytes
  };
  for (const auto& [text, shown] : cases) {
    EXPECT_EQ(printable(text), shown);
  }
}

TEST(Printable, ShowsTheMarksThatTurnTheDirection) {
  for (const auto& [text, shown] :
       std::vector<std::pair<std::string, std::string>>{{"\u061c", "\\u{061c}"},
                                                        {"\u200e", "\\u{200e}"},
                                                        {"\u200f", "\\u{200f}"},
                                                        {"\u2028", "\\u{2028}"},
                                                        {"\u2029", "\\u{2029}"},
                                                        {"\u202a", "\\u{202a}"},
                                                        {"\u202e", "\\u{202e}"},
                                                        {"\u2066", "\\u{2066}"},
                                                        {"\u2069", "\\u{2069}"}}) {
    EXPECT_EQ(printable("a" + text + "b"), "a" + shown + "b");
  }
  EXPECT_EQ(printable("\u2027\u202f"), "\u2027\u202f") << "their neighbours";
}

TEST(Printable, ShowsWhatShowsNothing) {
  for (const char* text : {"\u00ad", "\u115f", "\u180e", "\u200b", "\u200d", "\u2060", "\u3164",
                           "\ufeff", "\U000e0041"}) {
    EXPECT_TRUE(printable(text).starts_with("\\u{")) << printable(text);
  }
}

TEST(Numbers, AreGroupedByThousands) {
  EXPECT_EQ(with_thousands(std::int64_t{0}), "0");
  EXPECT_EQ(with_thousands(std::int64_t{999}), "999");
  EXPECT_EQ(with_thousands(std::int64_t{1000}), "1,000");
  EXPECT_EQ(with_thousands(std::int64_t{12'345'678}), "12,345,678");
  EXPECT_EQ(with_thousands(std::int64_t{100'000}), "100,000");
  EXPECT_EQ(with_thousands(std::int64_t{-1}), "-1");
  EXPECT_EQ(with_thousands(std::int64_t{-999}), "-999");
  EXPECT_EQ(with_thousands(std::int64_t{-1000}), "-1,000");
  EXPECT_EQ(with_thousands(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(with_thousands(999.5), "1,000");
  EXPECT_EQ(with_thousands(1234.4), "1,234");
  EXPECT_EQ(with_thousands(-0.4), "0");
}

TEST(Bytes, AreInPowersOfAThousand) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(4096), "4,096 B");
  EXPECT_EQ(format_bytes(99'999), "99,999 B");
  EXPECT_EQ(format_bytes(100'000), "100 kB");
  EXPECT_EQ(format_bytes(4'152'992), "4.2 MB");
  EXPECT_EQ(format_bytes(12'300'000), "12.3 MB");
  EXPECT_EQ(format_bytes(1'000'000'000), "1.00 GB");
  EXPECT_EQ(format_bytes(12'345'000'000), "12.35 GB");
  EXPECT_EQ(format_bytes(-4096), "-4,096 B");
}

}  // namespace
}  // namespace walbench::tools
