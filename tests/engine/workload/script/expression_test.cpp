// Would catch: an expression that means something else than in pgbench, so that a script touches
// other rows here than there; an error that shows itself only after an hour of running.

#include "engine/workload/script/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/workload/script/expression_parser.hpp"
#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Variables of the tests: :n is null, :d 2.5, :i 7, :t the text '12', :w the text 'word'.
const std::vector<ScriptValue> kVariables = {ScriptValue(),
                                             ScriptValue(Number(2.5)),
                                             ScriptValue(Number(std::int64_t{7})),
                                             ScriptValue(storage::Value("12")),
                                             ScriptValue(storage::Value("word")),
                                             ScriptValue(Number(std::int64_t{5}))};

std::size_t slot_of(std::string_view name, std::size_t) {
  return name == "default_seed" ? 5 : std::string_view("nditw").find(name);
}

struct Evaluated {
  std::string value;  ///< as debug() prints it, or `error: ...`
  std::string debug_output;
};

Evaluated evaluate(const std::string& text) {
  ScriptText source("e.sql", text);
  const std::optional<Expression> expression = parse_expression(text, 0, slot_of, source);
  if (!expression) return {"error: " + source.problems().front().message, ""};
  RandomStream random(1, 1);
  Evaluated evaluated;
  try {
    evaluated.value =
        described(expression->evaluate({kVariables, random, &evaluated.debug_output}));
  } catch (const ExpressionError& error) {
    evaluated.value = std::string("error: ") + error.what();
  }
  return evaluated;
}

struct Case {
  std::string expression;
  std::string value;
};

/// The output of pgbench 15 for debug(EXPRESSION).
const std::vector<Case> kAsInPgbench = {
    {"1 + 2 * 3", "int 7"},
    {"(1 + 2) * 3", "int 9"},
    {"7 / 2", "int 3"},
    {"-7 / 2", "int -3"},
    {"-7 % 3", "int -1"},
    {"7 / 2.0", "double 3.5"},
    {"7 % 2.5", "int 1"},
    {"2 - 3 - 4", "int -5"},
    {"1--1", "int 2"},
    {"7 | 2 # 1", "int 6"},
    {"3 # 3 & 1", "int 0"},
    {"~ 1 + 1", "int -3"},
    {"~ 1 | 2", "int -2"},
    {"~ 5 & 3", "int 2"},
    {"~ 5 * 2", "int -11"},
    {"1 << 2 + 1", "int 8"},
    {"1 | 1 << 1", "int 2"},
    {"8 >> 1 | 1", "int 5"},
    {"1 << 63", "int -9223372036854775808"},
    {"-1 >> 1", "int -1"},
    {"1 | 2.5", "int 3"},
    {"1 = 2 is null", "boolean false"},
    {"not 1 = 1", "boolean false"},
    {"not 1 is null", "boolean true"},
    {"1 is null is null", "boolean false"},
    {"1 < 2 is true", "boolean true"},
    {"0 = 0 isnull", "boolean false"},
    {"1.0 = 1", "boolean true"},
    {"1 + 2 = 3 and 4 > 3", "boolean true"},
    {"2 >= 2 and 2 <= 1 or 3 <> 3", "boolean false"},
    {"null and false", "null"},
    {"null or true", "null"},
    {"true or 1/0", "boolean true"},
    {"false and 1/0", "boolean false"},
    {"null is not true", "boolean true"},
    {"2 is true", "boolean false"},
    {"5 notnull", "boolean true"},
    {"null = null", "null"},
    {"- 2 * 3", "int -6"},
    {"- - 1", "int 1"},
    {"+ 3", "int 3"},
    {"-9223372036854775808", "int -9223372036854775808"},
    {"-9223372036854775808 % -1", "int 0"},
    {"1.0 / 0", "double inf"},
    {".5", "double 0.5"},
    {"5.", "double 5"},
    {"1.5e-3", "double 0.0015"},
    {"int(5.4 + 3.8)", "int 9"},
    {"int(2.5)", "int 2"},
    {"int(-5.6)", "int -6"},
    {"int(null)", "null"},
    {"abs(-2.5)", "double 2.5"},
    {"ABS(-3)", "int 3"},
    {"greatest(1, 2.5, 2)", "double 2.5"},
    {"greatest(1, 2)", "int 2"},
    {"least(3, 2, 2.0)", "double 2"},
    {"greatest(1, null)", "null"},
    {"sqrt(2)", "double 1.4142135623731"},
    {"exp(1)", "double 2.71828182845905"},
    {"ln(0)", "double -inf"},
    {"pow(2, 10)", "double 1024"},
    {"power(2, 0.5)", "double 1.4142135623731"},
    {"mod(-7, 3)", "int -1"},
    {"pi()", "double 3.14159265358979"},
    {"hash(10, 5432)", "int -5817877081768721676"},
    {"hash(10)", "int 5862924560876750601"},
    {"hash_murmur2(10, 5432)", "int -5817877081768721676"},
    {"hash_fnv1a(10, 5432)", "int -7793829335365542153"},
    {"hash(2.5, 1)", "int -3163560438150112631"},
    {"hash(null, 1)", "null"},
    {"random(1, null)", "null"},
    {"random_zipfian(5, 5, 2)", "int 5"},
    {"case when 1 then 2 end", "int 2"},
    {"case when null then 2 end", "null"},
    {"case when false then 1/0 else 3 end", "int 3"},
    {"case when 0 then 1 when 2 then 5 end", "int 5"},
    {":i + :d", "double 9.5"},
    {":n + 1", "null"},
    {":i is null", "boolean false"},
    {"3.7 % 2", "int 0"},
    {"1 IS NOT FALSE", "boolean true"},
};

TEST(Expressions, MeanTheSameAsInPgbench) {
  for (const Case& each : kAsInPgbench) {
    std::string value = evaluate(each.expression).value;
    if (each.value == "double 1.4142135623731") value = value.substr(0, each.value.size());
    EXPECT_EQ(value, each.value) << each.expression;
  }
}

/// pgbench refuses all of them, too, but for the abs().
TEST(Expressions, FailWithASentence) {
  const std::vector<Case> cases = {
      {"9223372036854775807 + 1", "does not fit into 64 bits"},
      {"-9223372036854775808 - 1", "does not fit into 64 bits"},
      {"4611686018427387904 * 2", "does not fit into 64 bits"},
      {"-9223372036854775808 / -1", "does not fit into 64 bits"},
      {"- (-9223372036854775808)", "does not fit into 64 bits"},
      {"abs(-9223372036854775808)", "does not fit into 64 bits"},
      {"9223372036854775808", "9223372036854775808 does not fit into 64 bits"},
      {"1e400", "1e400 does not fit into 64 bits"},
      {"int(1e19)", "does not fit into a 64-bit integer"},
      {"int(1.0 / 0)", "does not fit into a 64-bit integer"},
      {"1 / 0", "a division by zero"},
      {"greatest(null, 1 / 0)", "a division by zero"},
      {"mod(7, 0)", "a division by zero"},
      {"1 and 2", "AND, OR and NOT take conditions, not numbers; write .. <> 0"},
      {"not 3", "AND, OR and NOT take conditions"},
      {"true + 1", "a boolean is not a number"},
      {"true = true", "a boolean is not a number"},
      {"int(true)", "a boolean is not a number"},
      {"1 < 2 = true", "comparisons do not chain; write a < b AND b < c"},
      {"random(2, 1)", "the range from 2 to 1 is empty"},
      {"random(-9223372036854775807, 9223372036854775807)", "is too large"},
      {"random_gaussian(1, 10, 1.5)", "must be at least 2"},
      {"random_gaussian(1, 10, 1.0 / 0)", "must be at least 2"},
      {"random_exponential(1, 10, 0)", "must be above 0"},
      {"random_zipfian(1, 10, 1)", "must be from 1.001 to 1000"},
      {"random_zipfian(1, 10, 0.0 / 0)", "must be from 1.001 to 1000"},
      {"permute(1, 0, 1)", "must be above 0"},
      {"2 ^ 3", "write power(x, y)"},
      {"'a'", "expressions have no texts"},
      {"1 +", "ends too early"},
      {"", "an expression is missing"},
      {"(1", "')' is missing"},
      {"1)", "')' is not expected here"},
      {"1 2", "'2' is not expected here"},
      {"0x10", "'0x10' is not a number"},
      {"1e", "'1e' is not a number"},
      {"1_000", "'1_000' is not a number"},
      {"1;", "without ';'"},
      {": i", "must follow ':' at once"},
      {"i + 1", "a variable is written :name"},
      {"randon(1, 2)", "there is no function 'randon'; did you mean 'random'?"},
      {"random(1)", "random takes 2 arguments, not 1"},
      {"hash(1, 2, 3)", "hash takes 1 or 2 arguments, not 3"},
      {"greatest()", "greatest takes at least 1 arguments, not 0"},
      {"case 1 when 1 then 2 end", "CASE x WHEN .. is not supported"},
      {"case when 1 2 end", "CASE needs THEN here"},
      {"1 is 2", "NULL, TRUE or FALSE must follow IS"},
      {":w + 1", "holds the text 'word', which is not a number"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(evaluate(each.expression).value,
                testing::AllOf(HasSubstr("error: "), HasSubstr(each.value)))
        << each.expression;
  }
}

TEST(Expressions, ReadNumbersInTexts) {
  EXPECT_EQ(evaluate(":t + 1").value, "int 13");
}

TEST(Expressions, DebugPrintsItsArgument) {
  const Evaluated evaluated = evaluate("debug(1 + 1) + debug(:n is null and 1.5 > 1) is null");
  EXPECT_EQ(evaluated.value,
            "error: a boolean is not a number; write CASE WHEN .. THEN 1 ELSE 0 END");
  EXPECT_EQ(evaluated.debug_output, "int 2\nboolean true\n");
}

TEST(Expressions, DepthIsLimited) {
  for (const std::string& deep : {std::string(100'000, '('), std::string(100'000, '-') + "1",
                                  std::string(100'000, '~') + "1"}) {
    EXPECT_THAT(evaluate(deep).value, HasSubstr("too deep"));
  }
  std::string chain = "1";
  for (int i = 0; i < 100'000; ++i) {
    chain += "+1";
  }
  EXPECT_THAT(evaluate(chain).value, HasSubstr("too deep"));
  std::string nots;
  for (int i = 0; i < 100'000; ++i) {
    nots += "not ";
  }
  EXPECT_THAT(evaluate(nots + "true").value, HasSubstr("too deep"));
}

struct Folded {
  std::optional<Number> constant;
  std::vector<std::string> problems;
};

/// Only :i has a value that never changes.
Folded fold(const std::string& text) {
  ScriptText source("e.sql", text);
  std::optional<Expression> expression = parse_expression(text, 0, slot_of, source);
  std::vector<std::optional<ScriptValue>> known(kVariables.size());
  known[2] = kVariables[2];
  expression->fold(known, source);
  Folded folded;
  if (const Number* const constant = expression->constant()) folded.constant = *constant;
  folded.problems = texts_of(source.problems());
  return folded;
}

TEST(Folding, ComputesWhatNeverChanges) {
  EXPECT_EQ(fold("100000 * :i + abs(-1)").constant, Number(std::int64_t{700'001}));
  EXPECT_EQ(fold("case when :i > 3 then 1.5 end").constant, Number(1.5));
  EXPECT_EQ(fold(":i + :d").constant, std::nullopt);
  EXPECT_EQ(fold("random(1, 1)").constant, std::nullopt);
  EXPECT_EQ(fold("debug(1)").constant, std::nullopt);
}

TEST(Folding, TellsWhatMustFailInEveryRun) {
  EXPECT_THAT(fold(":d + 1 / (:i - 7)").problems, ElementsAre("e.sql:1:8: a division by zero"));
  EXPECT_THAT(fold("random(1, 7 - :i)").problems,
              ElementsAre("e.sql:1:1: the range from 1 to 0 is empty"));
  EXPECT_THAT(fold("random_zipfian(1, 10, 1)").problems, testing::SizeIs(1));
}

TEST(Folding, LeavesAloneWhatMayNotBeReached) {
  EXPECT_THAT(fold("case when :d > 1 then 1 else 1 / 0 end").problems, IsEmpty());
  EXPECT_THAT(fold(":d > 1 or 1 / 0 = 1").problems, IsEmpty());
}

}  // namespace
}  // namespace walbench::engine
