// What every HTTP call has in common: its body, its method, its connection.
#include <gtest/gtest.h>

#include "base/agent_limits.h"
#include "base/setting.h"
#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

bool IsRefusal(const v1::GatewayMessage& message) { return message.has_refusal(); }

// The reason of the first refusal there was.
v1::Reason ReasonOf(RunningGateway& gateway) {
  const auto message = gateway.registry().Await(IsRefusal);
  return message ? message->refusal().reason() : v1::REASON_UNSPECIFIED;
}

constexpr char kCalls[][20] = {"/edge/register", "/edge/sync", "/edge/command/ack",
                               "/edge/ack_command"};

std::string Head(std::string_view target, size_t content_length, std::string_view more = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret-of-the-agent\r\n"
         "X-Edge-Agent-Id: luna1\r\n" +
         std::string(more) + "Content-Length: " + std::to_string(content_length) + "\r\n\r\n";
}

TEST(HttpBody, MayComeByteByByteAndTheNextRequestBehindIt) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  for (const char c : Head("/edge/sync", 2) + "{}") ASSERT_TRUE(client.Send({&c, 1}));
  EXPECT_EQ(client.Receive().status, 200);
  ASSERT_TRUE(client.Send(Head("/edge/sync", 2) + "{}" + Head("/edge/sync", 3) + "{} "));
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(gateway.registry().syncs().size(), 3U);
}

TEST(HttpBody, IsTakenWhateverItsContentType) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  HttpClient::Headers headers = kAsLuna1;
  headers.emplace_back("Content-Type", "text/plain");
  EXPECT_EQ(client.Call("POST", "/edge/sync", headers, "{}").status, 200);
}

TEST(HttpBody, WhoeverWaitsIsToldToGoOn) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  ASSERT_TRUE(client.Send(Head("/edge/sync", 2, "Expect: 100-continue\r\n")));
  EXPECT_EQ(client.peer().ReadRawUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.Send("{}"));
  EXPECT_EQ(client.Receive().status, 200);
  // Not after all where the body is there already.
  ASSERT_TRUE(client.Send(Head("/edge/sync", 2, "Expect: 100-continue\r\n") + "{}"));
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(HttpBody, WhoeverWaitsIsRefusedInsteadWhereTheHeadSaysEnough) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  ASSERT_TRUE(
      client.Send("POST /edge/sync HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                  "Content-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.Receive().status, 401);
  EXPECT_TRUE(client.Ended());
}

TEST(HttpBody, LargerThanItsLimitIsRefused) {
  for (const char* call : kCalls) {
    RunningGateway gateway([](GatewaySettings& s) { s.max_body_bytes = 1024; });
    HttpClient client(gateway.port());
    ASSERT_TRUE(client.Send(Head(call, 1025)));
    EXPECT_EQ(client.Receive().status, 413) << call;
    EXPECT_TRUE(client.Ended());
    EXPECT_EQ(ReasonOf(gateway), v1::REQUEST_TOO_LARGE);
  }
  RunningGateway gateway([](GatewaySettings& s) { s.max_body_bytes = 1024; });
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Post("/edge/sync", "{}" + std::string(1022, ' ')).status, 200);
}

TEST(HttpBody, HasADeadlineAsAWhole) {
  RunningGateway gateway([](GatewaySettings& s) { s.request_head_timeout = milliseconds(200); });
  HttpClient client(gateway.port());
  ASSERT_TRUE(client.Send(Head("/edge/sync", 10) + "{"));
  const HttpAnswer answer = client.Receive();
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(client.Ended());
  const auto refusal = gateway.registry().Await(IsRefusal);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->refusal().reason(), v1::REQUEST_TIMEOUT);
  EXPECT_EQ(refusal->refusal().agent_id(), "luna1");
  EXPECT_NE(refusal->refusal().detail(), "");
  EXPECT_TRUE(gateway.registry().syncs().empty());
}

TEST(HttpBody, ThatBreaksOffIsNobodysRefusal) {
  RunningGateway gateway;
  {
    HttpClient client(gateway.port());
    ASSERT_TRUE(client.Send(Head("/edge/sync", 10) + "{"));
    client.peer().Vanish();
  }
  ASSERT_TRUE(gateway.AwaitMetric("edgeplane_sockets", 0));
  EXPECT_EQ(gateway.registry().Count(IsRefusal), 0U);
}

TEST(HttpBody, ThatIsNoJsonIsExplainedToTheOperator) {
  const std::string deep = R"({"status":)" + std::string(40, '[') + std::string(40, ']') + "}";
  for (const char* call : kCalls) {
    for (const std::string& body :
         {std::string(), std::string("not JSON"), std::string("[]"),
          std::string(R"({"a":1,"a":2})"), std::string("{\"a\":\"\xff\"}"), deep}) {
      RunningGateway gateway;
      HttpClient client(gateway.port());
      const HttpAnswer answer = client.Post(call, body);
      EXPECT_EQ(answer.status, 400) << call << ' ' << body;
      EXPECT_EQ(answer.body.find("JSON"), std::string::npos) << answer.body;
      EXPECT_TRUE(client.Ended());
      const auto refusal = gateway.registry().Await(IsRefusal);
      ASSERT_TRUE(refusal);
      EXPECT_EQ(refusal->refusal().reason(), v1::MALFORMED_REQUEST);
      EXPECT_NE(refusal->refusal().detail().find("JSON"), std::string::npos);
    }
  }
}

constexpr char kLimitedCalls[][20] = {"/edge/sync", "/edge/command/ack", "/edge/ack_command"};

TEST(HttpBody, IsNotReadOfWhoeverCallsTooOften) {
  RunningGateway gateway([](GatewaySettings& s) { s.messages_per_minute = 1; });
  HttpClient first(gateway.port());
  EXPECT_EQ(first.Post("/edge/sync", "{}").status, 200);
  for (const char* call : kLimitedCalls) {
    HttpClient client(gateway.port());
    ASSERT_TRUE(client.Send(Head(call, 10)));
    EXPECT_EQ(client.Receive().status, 429) << call;
  }
}

TEST(HttpBody, ThatIsMalformedCountsToo) {
  for (const char* call : kLimitedCalls) {
    RunningGateway gateway([](GatewaySettings& s) { s.messages_per_minute = 2; });
    for (const int status : {400, 400, 429}) {
      HttpClient client(gateway.port());
      EXPECT_EQ(client.Post(call, "not JSON").status, status) << call;
    }
  }
}

TEST(HttpBody, InChunksIsRefused) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  ASSERT_TRUE(
      client.Send("POST /edge/sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                  "\r\n2\r\n{}\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Receive().status, 400);
  EXPECT_EQ(ReasonOf(gateway), v1::MALFORMED_REQUEST);
}

TEST(HttpMethod, TheWrongOneIsToldTheRightOne) {
  const std::pair<const char*, const char*> paths[] = {
      {"/edge/ws", "GET"},          {"/health", "GET"},     {"/edge/agents/luna1", "GET"},
      {"/edge/register", "POST"},   {"/edge/sync", "POST"}, {"/edge/command/ack", "POST"},
      {"/edge/ack_command", "POST"}};
  RunningGateway gateway;
  for (const auto& [path, allow] : paths) {
    for (const std::string method : {"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "BREW"}) {
      if (method == allow) continue;
      HttpClient client(gateway.port());
      const HttpAnswer answer = client.Call(method, path, kAsLuna1);
      EXPECT_EQ(answer.status, 405) << method << ' ' << path;
      EXPECT_EQ(answer.header("Allow"), allow) << method << ' ' << path;
      EXPECT_NE(answer.header("X-Refusal-Id"), "");
      // No content behind the answer to HEAD: the connection is at its end.
      EXPECT_TRUE(client.Ended()) << method << ' ' << path;
    }
  }
  EXPECT_EQ(ReasonOf(gateway), v1::METHOD_NOT_ALLOWED);
}

TEST(HttpCalls, AreCountedByPathAndStatus) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Post("/edge/sync", "{}").status, 200);
  EXPECT_EQ(client.Post("/edge/sync", "{}").status, 200);
  EXPECT_EQ(client.Call("GET", "/health", {}).status, 200);
  EXPECT_EQ(client.Post("/edge/nonsense/%00", "{}").status, 404);
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 101);
  const auto counted = [&](const std::string& code, const std::string& path) {
    return gateway.Metric("edgeplane_http_requests_total{code=\"" + code + "\",path=\"" + path +
                          "\"}");
  };
  EXPECT_EQ(counted("200", "/edge/sync"), 2);
  EXPECT_EQ(counted("200", "/health"), 1);
  EXPECT_EQ(counted("404", "other"), 1);
  EXPECT_TRUE(
      gateway.AwaitMetric(R"(edgeplane_http_requests_total{code="101",path="/edge/ws"})", 1));
  EXPECT_EQ(counted("408", "/edge/agents/ID"), 0);
  EXPECT_EQ(counted("200", "other"), 0);
}

TEST(HttpCalls, AnOldClientsConnectionEndsWithTheAnswer) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  ASSERT_TRUE(
      client.Send("POST /edge/sync HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n"
                  "Authorization: Bearer secret-of-the-agent\r\n"
                  "X-Edge-Agent-Id: luna1\r\n\r\n{}"));
  const HttpAnswer answer = client.Receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.Ended());
}

TEST(HttpCalls, ALaterHeadHasTheTimeOfAHeadFromItsFirstByte) {
  RunningGateway gateway([](GatewaySettings& s) {
    s.request_head_timeout = milliseconds(200);
    s.keep_alive_timeout = std::chrono::hours(1);
  });
  HttpClient idle(gateway.port());
  EXPECT_EQ(idle.Call("GET", "/health", {}).status, 200);
  const std::string request = HttpClient::Request("GET", "/health", {});
  // Whether it comes with the request before it, or later.
  HttpClient hasty(gateway.port());
  ASSERT_TRUE(hasty.Send(request + "GET /hea"));
  HttpClient slow(gateway.port());
  EXPECT_EQ(slow.Call("GET", "/health", {}).status, 200);
  ASSERT_TRUE(slow.Send("GET /hea"));
  EXPECT_EQ(hasty.Receive().status, 200);
  for (HttpClient* client : {&hasty, &slow}) {
    EXPECT_EQ(client->Receive().status, 408);
    EXPECT_TRUE(client->Ended());
  }
  EXPECT_EQ(ReasonOf(gateway), v1::REQUEST_TIMEOUT);
  EXPECT_EQ(idle.Call("GET", "/health", {}).status, 200) << "it has only been idle";
}

// Agents wait 10 s for the answer to an upgrade.
TEST(HttpCalls, NoDecisionMayTakeAsLongAsAnAgentWaits) {
  GatewaySettings settings;
  SettingSet set;
  DeclareGatewaySettings(set, settings);
  EXPECT_TRUE(set.Resolve({{"admit-timeout", "9s"}}, {}, {}).ok());
  EXPECT_FALSE(set.Resolve({{"admit-timeout", "10s"}}, {}, {}).ok());
}

// Registries keep nothing that is deeper, whatever a gateway would take.
TEST(HttpCalls, NoGatewayTakesDeeperJsonThanARegistry) {
  GatewaySettings settings;
  SettingSet set;
  DeclareGatewaySettings(set, settings);
  const std::string deepest = std::to_string(kAgentJsonDepthMax);
  EXPECT_TRUE(set.Resolve({{"max-json-depth", deepest}}, {}, {}).ok());
  EXPECT_FALSE(
      set.Resolve({{"max-json-depth", std::to_string(kAgentJsonDepthMax + 1)}}, {}, {}).ok());
}

}  // namespace
}  // namespace edgeplane::gateway
