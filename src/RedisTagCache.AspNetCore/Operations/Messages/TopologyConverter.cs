using System.Text.Json;
using System.Text.Json.Serialization;
using RedisTagCache.Management;

namespace RedisTagCache.AspNetCore.Operations.Messages;

internal sealed class TopologyConverter() : JsonStringEnumConverter<CacheTopology>(JsonNamingPolicy.CamelCase);
