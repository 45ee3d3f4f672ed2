// Silent bugs these tests would catch: a latency skipped, cut at a blank or taken from half a line,
// without anybody being told; a stall that is not corrected for; a file without line breaks that
// fills the memory.

#include "tools/report/value_column.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/refusal.hpp"

namespace walbench::tools {
namespace {

using metrics::Histogram;

Histogram recorded(const std::string& text, std::int64_t expected_interval_ns = 0) {
  std::istringstream input(text);
  Histogram histogram;
  record_column(input, expected_interval_ns, histogram);
  return histogram;
}

Histogram of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) {
    EXPECT_TRUE(histogram.record(value)) << value;
  }
  return histogram;
}

std::string refusal(std::istream& input) {
  Histogram histogram;
  return test_support::refusal_of<ValueColumnError>([&] { record_column(input, 0, histogram); });
}

std::string refusal(const std::string& text) {
  std::istringstream input(text);
  return refusal(input);
}

TEST(ValueColumn, ReadsOneNumberALine) {
  EXPECT_EQ(recorded("1\n20\n300\n"), of({1, 20, 300}));
  EXPECT_EQ(recorded("0\n007\n"), of({0, 7}));
  EXPECT_EQ(recorded("3600000000000\n"), of({3'600'000'000'000})) << "an hour";
}

TEST(ValueColumn, TheLastLineNeedsNoBreak) {
  EXPECT_EQ(recorded("1\n20"), of({1, 20}));
  EXPECT_EQ(recorded("20"), of({20}));
}

TEST(ValueColumn, SkipsBlanksAndBlankLines) {
  EXPECT_EQ(recorded(""), of({}));
  EXPECT_EQ(recorded("\n\n \n\t\n"), of({}));
  EXPECT_EQ(recorded("\n  1\n\n\t20  \n \n"), of({1, 20}));
}

TEST(ValueColumn, ReadsLinesOfWindows) {
  EXPECT_EQ(recorded("1\r\n20\r\n\r\n300\r"), of({1, 20, 300}));
}

TEST(ValueColumn, NamesTheLineItRefuses) {
  const std::string remedy = "; write one latency a line, as a whole number of nanoseconds";
  EXPECT_EQ(refusal("1\n\nx\n"), "line 3 is not a whole number" + remedy);
  EXPECT_EQ(refusal("1\n2\n-3\n"), "line 3 is negative" + remedy);
  EXPECT_EQ(refusal("-1"), "line 1 is negative" + remedy);
}

TEST(ValueColumn, RefusesWhatIsNoWholeNumber) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"value", "is not a whole number"},
      {"1.5", "is not a whole number"},
      {"1e3", "is not a whole number"},
      {"0x10", "is not a whole number"},
      {"+1", "is not a whole number"},
      {"1 2", "is not a whole number"},
      {"1,000", "is not a whole number"},
      {"1ms", "is not a whole number"},
      {"- 1", "is not a whole number"},
      {"\xef\xbb\xbf"
       "1",
       "is not a whole number"},
      {std::string("1\0", 2), "is not a whole number"},
      {"nan", "is not a whole number"},
      {"-9223372036854775808", "is negative"},
      {"9223372036854775808", "is out of range"},
      {"-9223372036854775809", "is out of range"},
      {std::string(60, '9'), "is out of range"},
      {"9223372036854775807", "does not fit: the histogram ends at 3600000000000 ns"},
      {"7200000000000", "does not fit: the histogram ends at 3600000000000 ns"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_NE(refusal(text).find("line 1 " + why), std::string::npos) << text << refusal(text);
  }
}

/// As many digits as one likes, and a count of those that were read.
class EndlessDigits : public std::streambuf {
 public:
  explicit EndlessDigits(std::size_t length) : length_(length) {}
  std::size_t read() const { return read_; }

 protected:
  int_type underflow() override {
    if (read_ >= length_) return traits_type::eof();
    const std::size_t count = std::min(chunk_.size(), length_ - read_);
    read_ += count;
    setg(chunk_.data(), chunk_.data(), chunk_.data() + count);
    return traits_type::to_int_type(chunk_.front());
  }

 private:
  std::size_t length_;
  std::size_t read_ = 0;
  std::string chunk_ = std::string(4096, '7');
};

TEST(ValueColumn, RefusesALineWithoutEndAtItsStart) {
  EndlessDigits digits(10'000'000);
  std::istream input(&digits);
  EXPECT_NE(refusal(input).find("line 1 is too long for a number"), std::string::npos);
  EXPECT_EQ(digits.read(), 4096U) << "it read on although it had seen enough";
}

TEST(ValueColumn, ReadsAcrossTheEndsOfBuffers) {
  EndlessDigits digits(10);
  std::istream input(&digits);
  Histogram histogram;
  record_column(input, 0, histogram);
  EXPECT_EQ(histogram, of({7'777'777'777}));
}

TEST(ValueColumn, CorrectsForCoordinatedOmission) {
  // A stall of 100 where a sample was due every 30 kept 70 and 40 from being taken.
  EXPECT_EQ(recorded("10\n100\n10\n", 30), of({10, 100, 70, 40, 10}));
  EXPECT_EQ(recorded("10\n100\n10\n", 0), of({10, 100, 10})) << "only where it was asked for";
}

TEST(ValueColumn, AddsToWhatTheHistogramHas) {
  Histogram histogram = of({5});
  std::istringstream input("6\n");
  record_column(input, 0, histogram);
  EXPECT_EQ(histogram, of({5, 6}));
}

}  // namespace
}  // namespace walbench::tools
