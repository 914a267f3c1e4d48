using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using RedisTagCache.Management;

namespace RedisTagCache.AspNetCore.Operations.Messages;

/// <summary>The JSON of the endpoints: times in seconds, sizes in bytes, names as the command line tool writes them.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(SecondsConverter), typeof(TopologyConverter)])]
[JsonSerializable(typeof(StatsReply))]
[JsonSerializable(typeof(RedisTagCacheStatus))]
[JsonSerializable(typeof(CacheDescription))]
[JsonSerializable(typeof(OutboxReply))]
[JsonSerializable(typeof(FindRequest))]
[JsonSerializable(typeof(FindReply))]
[JsonSerializable(typeof(InspectRequest))]
[JsonSerializable(typeof(TagsRequest))]
[JsonSerializable(typeof(TagsReply))]
[JsonSerializable(typeof(RemoveRequest))]
[JsonSerializable(typeof(RemoveReply))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class OperationsJson : JsonSerializerContext;
