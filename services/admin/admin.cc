#include "services/admin/admin.h"

#include "services/admin/admin_auth.h"
#include "services/admin/admin_face.h"
#include "services/admin/admin_metrics.h"
#include "services/admin/agent_descriptions.h"
#include "services/admin/agent_secrets.h"
#include "services/admin/agents.h"
#include "services/admin/audit.h"
#include "services/admin/audit_log.h"
#include "services/admin/commands.h"
#include "services/admin/desired_configs.h"
#include "services/admin/events.h"
#include "services/admin/fleet.h"
#include "services/admin/join_tokens.h"
#include "services/admin/page_token.h"
#include "services/admin/refusals.h"
#include "services/admin/watch_hub.h"

namespace edgeplane::admin {

class Admin::Impl {
 public:
  Impl(const AdminSettings& settings, const Parts& parts)
      : settings_(settings),
        store_(parts.store),
        metrics_(parts.metrics),
        tokens_(parts.vault.KeyCheck()),
        agents_({parts.store, parts.vault, parts.control, parts.signals, parts.registry_metrics,
                 parts.clock, tokens_}),
        secrets_(parts.store, parts.vault, parts.control, parts.clock),
        join_tokens_(parts.store, parts.clock, tokens_),
        configs_(parts.store, parts.control, parts.clock),
        events_(parts.store, tokens_),
        commands_({settings_, parts.store, parts.control, parts.signals, parts.registry_metrics,
                   parts.clock, tokens_}),
        refusals_(parts.store, tokens_),
        fleet_(parts.store, parts.clock),
        audit_log_(parts.store, parts.clock),
        audit_(parts.store, audit_log_, tokens_),
        hub_(static_cast<size_t>(settings_.max_watches), settings_.watch_recheck, metrics_),
        face_({auth_,
               parts.pool,
               metrics_,
               agents_,
               secrets_,
               join_tokens_,
               configs_,
               events_,
               commands_,
               refusals_,
               fleet_,
               audit_,
               audit_log_,
               parts.store,
               parts.signals,
               {parts.store, parts.event_signals, tokens_},
               hub_}),
        descriptions_(auth_, metrics_, parts.store) {}

  AdminFace& face() { return face_; }
  AgentDescriptions& descriptions() { return descriptions_; }
  Status Start() { return auth_.Load(store_); }
  void Stop() { hub_.Stop(); }

 private:
  const AdminSettings settings_;
  storage::FleetStore& store_;
  AdminMetrics metrics_;
  AdminAuth auth_;
  const PageTokens tokens_;
  Agents agents_;
  AgentSecrets secrets_;
  JoinTokens join_tokens_;
  DesiredConfigs configs_;
  Events events_;
  Commands commands_;
  Refusals refusals_;
  Fleet fleet_;
  AuditLog audit_log_;
  Audit audit_;
  WatchHub hub_;
  AdminFace face_;
  AgentDescriptions descriptions_;
};

Admin::Admin(const AdminSettings& settings, const Parts& parts)
    : impl_(std::make_unique<Impl>(settings, parts)) {}

Admin::~Admin() { Stop(); }

grpc::Service& Admin::service() { return impl_->face(); }
registry::OperatorView& Admin::operator_view() { return impl_->descriptions(); }
Status Admin::Start() { return impl_->Start(); }
void Admin::Stop() { impl_->Stop(); }

}  // namespace edgeplane::admin
