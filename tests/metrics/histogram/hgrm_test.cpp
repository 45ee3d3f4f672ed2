// Silent bugs these tests would catch: a percentile printed in the wrong row, so that plotters draw
// another curve; a report built from half a file, or from a histogram that is not the one the rows
// show; a crash or an endless loop on somebody else's file.

#include "metrics/histogram/hgrm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

constexpr std::string_view kJson = R"({"schema_version":1,"axes":["a","b"]})";

// Byte for byte what the Java reference prints for 1, 1, 5, 3000, but for our two lines.
constexpr std::string_view kExampleRows =
    "       Value     Percentile TotalCount 1/(1-Percentile)\n"
    "\n"
    "       1.000 0.000000000000          2           1.00\n"
    "       1.000 0.100000000000          2           1.11\n"
    "       1.000 0.200000000000          2           1.25\n"
    "       1.000 0.300000000000          2           1.43\n"
    "       1.000 0.400000000000          2           1.67\n"
    "       1.000 0.500000000000          2           2.00\n"
    "       5.000 0.550000000000          3           2.22\n"
    "       5.000 0.600000000000          3           2.50\n"
    "       5.000 0.650000000000          3           2.86\n"
    "       5.000 0.700000000000          3           3.33\n"
    "       5.000 0.750000000000          3           4.00\n"
    "    3001.000 0.775000000000          4           4.44\n"
    "    3001.000 1.000000000000          4\n";
constexpr std::string_view kExampleFooter =
    "#[Mean    =      752.000, StdDeviation   =     1298.462]\n"
    "#[Max     =     3001.000, Total count    =            4]\n"
    "#[Buckets =           32, SubBuckets     =         2048]\n";
constexpr std::string_view kJsonLine = R"(#[Walbench = {"schema_version":1,"axes":["a","b"]}])"
                                       "\n";

Histogram example() {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(1, 2));
  EXPECT_TRUE(histogram.record(5));
  EXPECT_TRUE(histogram.record(3000));
  return histogram;
}

std::string histogram_line(const Histogram& histogram) {
  return "#[Histogram = " + encode_histogram(histogram) + "]\n";
}

std::string text_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += part;
  }
  return text;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t position = result.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return result.replace(position, from.size(), to);
}

std::string message_of(std::string_view text) {
  return test_support::refusal_of<FormatError>([&] { return parse_hgrm(text); });
}

TEST(HgrmWrite, PrintsTheReferencesText) {
  EXPECT_EQ(write_hgrm(example(), 1.0, kJson),
            text_of({kExampleRows, kExampleFooter, kJsonLine, histogram_line(example())}));
}

TEST(HgrmWrite, AnEmptyHistogramHasNoRows) {
  EXPECT_EQ(write_hgrm(Histogram{}, 1e6, "{}"),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n"
            "\n"
            "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
            "#[Max     =        0.000, Total count    =            0]\n"
            "#[Buckets =           32, SubBuckets     =         2048]\n"
            "#[Walbench = {}]\n" +
                histogram_line(Histogram{}));
}

TEST(HgrmWrite, ScalesValuesAndKeepsTheHistogramUnscaled) {
  Histogram histogram;
  ASSERT_TRUE(histogram.record(41'998'561));
  const std::string text = write_hgrm(histogram, 1e6, "{}");
  EXPECT_NE(text.find("      42.009 0.000000000000          1           1.00\n"
                      "      42.009 1.000000000000          1\n"),
            std::string::npos);
  const HgrmFile file = parse_hgrm(text);
  EXPECT_EQ(file.max, 42.009);
  EXPECT_EQ(file.histogram, histogram);
}

TEST(HgrmWrite, RefusesWhatCouldNotBeReadBack) {
  for (const char* bad : {"{\n}", "{\r}", "{\"a\":\"\x1b\"}", "", "[]", "{", "{}]\n#[x", " {}"}) {
    EXPECT_THROW(write_hgrm(Histogram{}, 1.0, bad), std::invalid_argument) << bad;
  }
  for (const double scale : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(write_hgrm(Histogram{}, scale, "{}"), std::invalid_argument) << scale;
  }
}

// Levels approach 100 % until doubles no longer tell them apart; samples may then still be left.
TEST(HgrmWrite, HugeTotalsEnd) {
  constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t total = 1'000'000; total < kInt64Max / 2; total *= 2) {
    Histogram histogram;
    ASSERT_TRUE(histogram.record(1000, total));
    ASSERT_TRUE(histogram.record(9'000'000));
    const std::string text = write_hgrm(histogram, 1e6, "{}");
    ASSERT_EQ(text.find("inf"), std::string::npos);
    const HgrmFile file = parse_hgrm(text);
    EXPECT_LT(file.rows.size(), 300U);
    EXPECT_EQ(file.rows.back().value, 9.003);
    EXPECT_EQ(file.rows.back().percentile, 1.0);
    EXPECT_EQ(file.rows.back().cumulative_count, total + 1);
    EXPECT_EQ(file.histogram, histogram);
  }
}

TEST(Hgrm, RandomHistogramsSurviveAndRowsAgreeWithThem) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> lognormal(12.0, 2.0);
  for (int round = 0; round < 60; ++round) {
    Histogram histogram;
    for (int samples = round * 40; samples > 0; --samples) {
      ASSERT_TRUE(histogram.record(static_cast<std::int64_t>(lognormal(random))));
    }
    const HgrmFile file = parse_hgrm(write_hgrm(histogram, 1.0, kJson));
    ASSERT_EQ(file.histogram, histogram);
    ASSERT_EQ(file.walbench_json, kJson);
    ASSERT_EQ(file.total_count, histogram.total_count());
    ASSERT_NEAR(file.mean.value_or(-1.0), histogram.mean(), 0.001);
    ASSERT_NEAR(file.standard_deviation.value_or(-1.0), histogram.standard_deviation(), 0.001);
    ASSERT_EQ(file.max.value_or(-1.0), static_cast<double>(histogram.max()));
    for (const PercentileRow& row : file.rows) {
      const std::int64_t exact = histogram.value_at_percentile(100.0 * row.percentile);
      ASSERT_EQ(row.value, static_cast<double>(histogram.highest_equivalent(exact)));
    }
  }
}

TEST(HgrmFile, AnswersPercentilesFromItsRows) {
  const HgrmFile file = parse_hgrm(text_of({kExampleRows, kExampleFooter}));
  EXPECT_FALSE(file.histogram.has_value());
  EXPECT_EQ(file.value_at_percentile(0), ToldValue{1.0});
  EXPECT_EQ(file.value_at_percentile(50), ToldValue{1.0});
  EXPECT_EQ(file.value_at_percentile(51), ToldValue{5.0});
  EXPECT_EQ(file.value_at_percentile(95), ToldValue{3001.0});
  EXPECT_EQ(file.value_at_percentile(100), ToldValue{3001.0});
  EXPECT_EQ(HgrmFile{}.value_at_percentile(50), std::nullopt);
  for (const double p : {100.1, -0.1, std::nan("")}) {
    EXPECT_THROW(static_cast<void>(file.value_at_percentile(p)), std::invalid_argument);
  }
}

TEST(HgrmParse, ReadsTheJavaDialectWithOrWithoutItsFooter) {
  for (const std::string& text :
       {text_of({kExampleRows, kExampleFooter}), std::string(kExampleRows)}) {
    const HgrmFile file = parse_hgrm(text);
    ASSERT_EQ(file.rows.size(), 13U);
    EXPECT_EQ(file.rows[11].value, 3001.0);
    EXPECT_EQ(file.rows[11].percentile, 0.775);
    EXPECT_EQ(file.rows[11].cumulative_count, 4);
    EXPECT_EQ(file.total_count, 4);
    EXPECT_FALSE(file.walbench_json.has_value());
    EXPECT_FALSE(file.histogram.has_value());
  }
  EXPECT_EQ(parse_hgrm(text_of({kExampleRows, kExampleFooter})).mean, 752.0);
  EXPECT_EQ(parse_hgrm(kExampleRows).mean, std::nullopt);
}

// C: six digits, other spacing, infinity in the last row; wrk2 puts its own report around that.
constexpr std::string_view kWrk2Output =
    "Running 30s test @ http://127.0.0.1:80/index.html\n"
    "  2 threads and 100 connections\n"
    "#[not ours\n"
    "  Detailed Percentile spectrum:\n"
    "       Value   Percentile   TotalCount 1/(1-Percentile)\n"
    "\n"
    "       0.921     0.000000            1         1.00\n"
    "       4.053     0.100000         3951         1.11\n"
    "      27.311     0.999975        39500     39321.60\n"
    "      27.391     1.000000        39501          inf\n"
    "#[Mean    =        9.322, StdDeviation   =        4.319]\n"
    "#[Max     =       27.376, Total count    =        39501]\n"
    "#[Buckets =           27, SubBuckets     =         2048]\n"
    "----------------------------------------------------------\n"
    "\n"
    "  60018 requests in 30.00s, 19.81MB read\n";

TEST(HgrmParse, ReadsTheCDialectInsideWrk2sReport) {
  const HgrmFile file = parse_hgrm(kWrk2Output);
  ASSERT_EQ(file.rows.size(), 4U);
  EXPECT_EQ(file.total_count, 39501);
  EXPECT_EQ(file.max, 27.376);
  EXPECT_EQ(file.value_at_percentile(100), ToldValue{27.376});
  EXPECT_EQ(file.value_at_percentile(99), (ToldValue{27.311, 4.053}));
  for (const char* infinity : {"Infinity", "+Inf", "INF"}) {
    EXPECT_EQ(parse_hgrm(replaced(kWrk2Output, "inf\n", std::string(infinity) + "\n")).rows.size(),
              4U);
  }
}

TEST(HgrmParse, AnEmptyCHistogramHasNoMean) {
  const HgrmFile file = parse_hgrm(
      "Value Percentile TotalCount 1/(1-Percentile)\n0.000 1.000000 0 inf\n"
      "#[Mean = -nan, StdDeviation = -nan]\n#[Max = 0.000, Total count = 0]\n");
  EXPECT_EQ(file.mean, std::nullopt);
  EXPECT_EQ(file.standard_deviation, std::nullopt);
  EXPECT_EQ(file.total_count, 0);
}

TEST(HgrmParse, ReadsWindowsLineEnds) {
  std::string text;
  for (const char c : write_hgrm(example(), 1.0, kJson)) {
    text += c == '\n' ? "\r\n" : std::string(1, c);
  }
  const HgrmFile file = parse_hgrm(text);
  EXPECT_EQ(file.rows.size(), 13U);
  EXPECT_EQ(file.histogram, example());
  EXPECT_EQ(file.walbench_json, kJson);
}

TEST(HgrmParse, RefusesRowsThatCannotBe) {
  constexpr std::string_view kRow = "       5.000 0.550000000000          3           2.22\n";
  for (const char* bad : {"nan 0.55 3 2.22",
                          "inf 0.55 3 2.22",
                          "-5.0 0.55 3 2.22",
                          "0.5 0.55 3 2.22",
                          "5.0 nan 3 2.22",
                          "5.0 -0.55 3 2.22",
                          "5.0 0.45 3 2.22",
                          "5.0 1.55 3 2.22",
                          "5.0 0.55 -3 2.22",
                          "5.0 0.55 1 2.22",
                          "5.0 0.55 3.5 2.22",
                          "5.0 0.55 nan 2.22",
                          "5.0 0.55 3 nan",
                          "5.0 0.55 3 -1",
                          "5.0 0.55 3",
                          "5.0 0.55",
                          "5.0",
                          "5.0 0.55 3 2.22 1",
                          "5,0 0,55 3 2,22",
                          "5.0x 0.55 3 2.22",
                          "0x5 0.55 3 2.22",
                          "+5.0 0.55 3 2.22",
                          "1e999 0.55 3 2.22",
                          "5.0 0.55 9223372036854775808 2.22",
                          "5.0 0.55 3 inf",
                          "hello"}) {
    const std::string text = replaced(kExampleRows, kRow, std::string(bad) + "\n");
    EXPECT_EQ(message_of(text).substr(0, 7), "line 9:") << bad << " gives " << message_of(text);
  }
}

TEST(HgrmParse, RefusesWhatIsNoWholeFile) {
  const std::string header = "Value Percentile TotalCount 1/(1-Percentile)\n";
  const std::string rows(kExampleRows);
  const std::string footer(kExampleFooter);
  const std::string histogram = histogram_line(example());
  const std::vector<std::string> bad = {
      header,
      header + "\n",
      header + "1.0 0.0 1 1.00\n",
      rows + "3001.0 1.0 4\n",
      header + footer,
      rows + footer.substr(0, footer.find("#[Max")) + footer,
      rows + footer.substr(footer.find("#[Max")) + footer,
      rows.substr(0, rows.rfind("    3001")) + replaced(footer, "          4]", "          3]"),
      rows + replaced(footer, "          4]", "          5]"),
      rows + replaced(footer, "          4]", "          3]"),
      rows + replaced(footer, "          4]", "         -4]"),
      rows + replaced(footer, "          4]", "        4.5]"),
      rows + replaced(footer, "Total count ", "Total       "),
      rows + replaced(footer, "752.000,", "752.000"),
      rows + replaced(footer, "752.000", "    inf"),
      rows + replaced(footer, "752.000", "    -1."),
      rows + replaced(footer, "3001.000", "     nan"),
      rows + replaced(footer, "2048]", "2048"),
      rows + footer + std::string(kJsonLine),
      rows + footer + histogram,
      rows + footer + std::string(kJsonLine) + std::string(kJsonLine) + histogram,
      rows + footer + std::string(kJsonLine) + histogram + histogram,
      rows + footer + "#[Walbench = []]\n" + histogram,
      rows + footer + std::string(kJsonLine) + "#[Histogram = ]\n",
      rows + footer + std::string(kJsonLine) + "#[Histogram = HISTFAAA]\n",
      rows + footer + std::string(kJsonLine) + histogram_line(Histogram{}),
      rows + std::string(kJsonLine) + histogram_line(Histogram{}),
  };
  for (const std::string& text : bad) {
    EXPECT_TRUE(message_of(text).starts_with("line ")) << text << message_of(text);
  }
}

TEST(HgrmParse, SaysOfWhatIsNoSuchFileThatItIsNone) {
  EXPECT_EQ(message_of(""), "is empty");
  for (const std::string& text : {std::string("\n\n"), std::string("no histogram at all\n"),
                                  std::string(kExampleFooter), std::string(100, '\0')}) {
    EXPECT_EQ(message_of(text),
              "is no .hgrm file: there is no header line of a percentile distribution");
  }
}

TEST(HgrmParse, TheMessageDoesNotRepeatTheInput) {
  const std::string text = replaced(kExampleRows, "3001.000", "\x1b[31mred");
  EXPECT_EQ(message_of(text).find('\x1b'), std::string::npos);
}

TEST(HgrmParse, CutOffAnywhereItIsRefusedOrHasNoHistogram) {
  const std::string whole = write_hgrm(example(), 1.0, kJson);
  const std::size_t rows_end = kExampleRows.size();
  const std::size_t footer_end = rows_end + kExampleFooter.size();
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    try {
      const HgrmFile file = parse_hgrm(whole.substr(0, size));
      EXPECT_FALSE(file.histogram.has_value());
      EXPECT_FALSE(file.walbench_json.has_value());
      EXPECT_EQ(file.rows.size(), 13U);
      EXPECT_EQ(file.total_count, 4);
      EXPECT_TRUE(size + 1 >= rows_end && size <= footer_end + 1) << size;
    } catch (const FormatError&) {
      continue;
    }
  }
  EXPECT_EQ(parse_hgrm(whole.substr(0, whole.size() - 1)).histogram, example());
}

TEST(HgrmParse, MutatedFilesAreReadOrRefused) {
  std::mt19937_64 random(2);
  const std::string valid = write_hgrm(example(), 1.0, kJson);
  constexpr std::string_view kLikely = "0123456789.-+ \n\r#[]=,einfa{}";
  for (int i = 0; i < 4000; ++i) {
    std::string text = i % 2 == 0 ? valid : std::string(kWrk2Output);
    for (auto changes = random() % 6 + 1; changes > 0; --changes) {
      const std::size_t position = random() % text.size();
      switch (random() % 4) {
        case 0: text[position] = static_cast<char>(random()); break;
        case 1: text[position] = kLikely[random() % kLikely.size()]; break;
        case 2: text.erase(position, random() % 20); break;
        default: text.insert(position, text, random() % text.size(), random() % 60);
      }
    }
    try {
      const HgrmFile file = parse_hgrm(text);
      ASSERT_EQ(file.histogram.has_value(), file.walbench_json.has_value());
      ASSERT_TRUE(std::is_sorted(
          file.rows.begin(), file.rows.end(),
          [](const PercentileRow& a, const PercentileRow& b) { return a.value < b.value; }));
    } catch (const FormatError&) {
      continue;
    }
  }
}

}  // namespace
}  // namespace walbench::metrics
