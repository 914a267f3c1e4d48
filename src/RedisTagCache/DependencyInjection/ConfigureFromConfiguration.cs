using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.DependencyInjection;

/// <summary>Takes the options from the configuration section <c>RedisTagCache</c>, where there is a configuration.</summary>
internal sealed class ConfigureFromConfiguration(IServiceProvider services) : IConfigureOptions<RedisTagCacheOptions>
{
    public const string Section = "RedisTagCache";

    public void Configure(RedisTagCacheOptions options)
    {
        if (services.GetService<IConfiguration>() is not { } configuration)
            return;

        var bound = new BindableOptions
        {
            Configuration = options.Configuration,
            KeyPrefix = options.KeyPrefix,
            BuildNamespace = options.BuildNamespace,
            IsolateDistributedCacheByBuild = options.IsolateDistributedCacheByBuild,
            OperationTimeout = options.OperationTimeout,
            MarkRetention = options.MarkRetention,
            MaximumMarks = options.MaximumMarks,
            MaximumKeyLength = options.MaximumKeyLength,
            MaximumPayloadBytes = options.MaximumPayloadBytes,
            LocalCacheBytes = options.LocalCacheBytes,
            LocalCacheEntries = options.LocalCacheEntries,
            ServeLocalCopiesDuringOutage = options.ServeLocalCopiesDuringOutage,
            LeaseDuration = options.LeaseDuration,
            LeaseWait = options.LeaseWait,
            FactoryTimeout = options.FactoryTimeout,
            Partitions = options.Partitions,
            Compression = options.Compression,
            CompressionThreshold = options.CompressionThreshold,
        };
        configuration.GetSection(Section).Bind(bound);
        options.Configuration = bound.Configuration;
        options.KeyPrefix = bound.KeyPrefix;
        options.BuildNamespace = bound.BuildNamespace;
        options.IsolateDistributedCacheByBuild = bound.IsolateDistributedCacheByBuild;
        options.OperationTimeout = bound.OperationTimeout;
        options.MarkRetention = bound.MarkRetention;
        options.MaximumMarks = bound.MaximumMarks;
        options.MaximumKeyLength = bound.MaximumKeyLength;
        options.MaximumPayloadBytes = bound.MaximumPayloadBytes;
        options.LocalCacheBytes = bound.LocalCacheBytes;
        options.LocalCacheEntries = bound.LocalCacheEntries;
        options.ServeLocalCopiesDuringOutage = bound.ServeLocalCopiesDuringOutage;
        options.LeaseDuration = bound.LeaseDuration;
        options.LeaseWait = bound.LeaseWait;
        options.FactoryTimeout = bound.FactoryTimeout;
        options.Partitions = bound.Partitions;
        options.Compression = bound.Compression;
        options.CompressionThreshold = bound.CompressionThreshold;
        foreach (var (name, profile) in bound.Profiles)
            options.Profiles[name] = profile.ToPolicy();
    }

    /// <summary>What configuration can say; the other options are objects.</summary>
    internal sealed class BindableOptions
    {
        public string? Configuration { get; set; }

        public string KeyPrefix { get; set; } = "";

        public string? BuildNamespace { get; set; }

        public bool IsolateDistributedCacheByBuild { get; set; }

        public TimeSpan OperationTimeout { get; set; }

        public TimeSpan MarkRetention { get; set; }

        public int MaximumMarks { get; set; }

        public int MaximumKeyLength { get; set; }

        public int MaximumPayloadBytes { get; set; }

        public long LocalCacheBytes { get; set; }

        public int LocalCacheEntries { get; set; }

        public bool ServeLocalCopiesDuringOutage { get; set; }

        public TimeSpan LeaseDuration { get; set; }

        public TimeSpan LeaseWait { get; set; }

        public TimeSpan FactoryTimeout { get; set; }

        public int? Partitions { get; set; }

        public CacheCompression Compression { get; set; }

        public int CompressionThreshold { get; set; }

        public Dictionary<string, BindableProfile> Profiles { get; } = [];
    }
}
