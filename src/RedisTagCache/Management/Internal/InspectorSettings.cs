namespace RedisTagCache.Management.Internal;

/// <summary>What an onlooker is to know of the options.</summary>
/// <param name="KeyPrefix">The first part of every key.</param>
/// <param name="BuildNamespace">This build, as it stands in keys.</param>
/// <param name="BuildNamespaceSource">Where that was found.</param>
internal sealed record InspectorSettings(string KeyPrefix, string BuildNamespace, string BuildNamespaceSource);
