// Proves: a journal says after every start what was written there, whole lines and nothing else, and refuses another's;
// its lines are, byte for byte, as the feeder writes them. Does not prove: that the disk keeps what it has synced.
#include "journal/journal.h"

#include "files.h"

namespace lockstep {
namespace {

const std::string MARKET = "market";
const EngineTrade FIRST{
    .id = 1, .buyer = 0, .seller = 1, .price = 100, .quantity = 5, .taker_is_buyer = true, .replaces = std::nullopt};
const EngineTrade RETRY{.id = 12,
                        .buyer = 4,
                        .seller = 0,
                        .price = 18'446'744'073'709'551'615U,
                        .quantity = 7,
                        .taker_is_buyer = false,
                        .order_type = 2,
                        .fee_tier = 3,
                        .replaces = 3};

const std::string HEADER =
    R"({"journal":"retries","v":1,"market":"market","source":"e04e09b82e2b3e4d2e1cc39e95b63cabc9e04dec7ea4ed6ce3d3b7d75e0ffb59"})";
const std::string RETRY_LINE =
    R"({"id":"12","replaces":"3","buyer":4,"seller":0,"price":"18446744073709551615","quantity":"7","takerIsBuyer":false,"orderType":2,"feeTier":3})";
const std::string SWITCH_LINE = R"({"emit":"2","from":"13"})";

std::string lines_behind_header(const std::string& file) {
  const std::string text = content_of(file);
  return text.substr(text.find('\n') + 1);
}

TEST(Journal, SaysAfterAStartWhatWasWritten) {
  const std::string file = fresh_file();
  {
    Journal journal(file, MARKET);
    journal.open(FIRST);
    EXPECT_EQ(journal.last_retry(), 0U);
    journal.add_retry(RETRY);
    journal.add_switch({2, 13});
  }
  Journal journal(file, MARKET);
  journal.open(FIRST);
  EXPECT_EQ(journal.at(12), RETRY);
  EXPECT_EQ(journal.retried_as(3), 12U);
  EXPECT_EQ(journal.last_retry(), 12U);
  EXPECT_EQ(journal.schemas().at(13), 2U);
  EXPECT_EQ(journal.schemas().at(12), 1U);
}

TEST(Journal, WritesTheFeedersLines) {
  const std::string file = fresh_file();
  Journal journal(file, MARKET);
  journal.open(FIRST);
  journal.add_retry(RETRY);
  journal.add_switch({2, 13});
  EXPECT_EQ(lines_behind_header(file), RETRY_LINE + "\n" + SWITCH_LINE + "\n");
  const std::string header = content_of(file).substr(0, content_of(file).find("source"));
  EXPECT_EQ(header, HEADER.substr(0, HEADER.find("source")));
}

TEST(Journal, ReadsARetryOfAnEngineThatKnewOfNoOrderTypes) {
  const std::string file = fresh_file();
  Journal(file, MARKET).open(FIRST);
  write_file(file,
             content_of(file) +
                 R"({"id":"2","replaces":"1","buyer":0,"seller":1,"price":"1","quantity":"0","takerIsBuyer":true})" +
                 "\n");
  Journal journal(file, MARKET);
  journal.open(FIRST);
  EXPECT_EQ(journal.at(2)->order_type, 0U);
  EXPECT_EQ(journal.at(2)->fee_tier, 0U);
}

TEST(Journal, CutsOffALastLineWithoutItsEnd) {
  const std::string file = fresh_file();
  Journal(file, MARKET).open(FIRST);
  const std::string whole = content_of(file);
  write_file(file, whole + SWITCH_LINE);
  Journal journal(file, MARKET);
  journal.open(FIRST);
  EXPECT_EQ(journal.schemas().size(), 0U);
  EXPECT_EQ(content_of(file), whole);
}

TEST(Journal, RefusesAnotherMarketsAndAnotherSources) {
  const std::string file = fresh_file();
  Journal(file, MARKET).open(FIRST);
  EXPECT_EQ(code_of([&] { Journal(file, "other").open(FIRST); }), "JOURNAL_FOREIGN");
  EngineTrade other = FIRST;
  other.price += 1;
  EXPECT_EQ(code_of([&] { Journal(file, MARKET).open(other); }), "JOURNAL_FOREIGN");
  EXPECT_EQ(code_of([&] { Journal(file, MARKET).open(std::nullopt); }), "JOURNAL_FOREIGN");
}

TEST(Journal, RefusesLinesNoEngineWrote) {
  const std::string file = fresh_file();
  Journal(file, MARKET).open(FIRST);
  const std::string header = content_of(file);
  for (const std::string line :
       {"", "x", "[]", "{}", R"({"emit":"0","from":"1"})", R"({"emit":"1000","from":"1"})", R"({"emit":"2"})",
        R"({"emit":"2","from":"1","more":1})",
        R"({"id":"2","replaces":"2","buyer":0,"seller":1,"price":"1","quantity":"0","takerIsBuyer":true})",
        R"({"id":"2","replaces":"1","buyer":0,"seller":1,"price":"1","quantity":"0"})",
        R"({"id":"2","replaces":"1","buyer":0,"seller":1,"price":"1","quantity":"0","takerIsBuyer":true,"feeTier":4})",
        R"({"id":"2","replaces":"1","buyer":-1,"seller":1,"price":"1","quantity":"0","takerIsBuyer":true})"}) {
    write_file(file, header + line + "\n");
    EXPECT_EQ(code_of([&] { Journal(file, MARKET).open(FIRST); }), "JOURNAL_UNREADABLE") << line;
  }
  write_file(file, "{}\n");
  EXPECT_EQ(code_of([&] { Journal(file, MARKET).open(FIRST); }), "JOURNAL_UNREADABLE");
}

TEST(Journal, RefusesRetriesOutOfTheirPlace) {
  const std::string file = fresh_file();
  Journal(file, MARKET).open(FIRST);
  write_file(file, content_of(file) + RETRY_LINE + "\n" + RETRY_LINE + "\n");
  EXPECT_EQ(code_of([&] { Journal(file, MARKET).open(FIRST); }), "JOURNAL_UNREADABLE");
}

TEST(Journal, RefusesToActOnWhatItCannotWrite) {
  EXPECT_EQ(code_of([] { Journal("/nowhere/at/all", MARKET).open(FIRST); }), "JOURNAL_UNWRITABLE");
  Journal closed(fresh_file(), MARKET);
  EXPECT_EQ(code_of([&] { closed.add_switch({2, 1}); }), "JOURNAL_UNWRITABLE");
}

}  // namespace
}  // namespace lockstep
