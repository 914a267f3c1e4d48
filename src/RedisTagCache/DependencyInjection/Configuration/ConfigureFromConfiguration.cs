using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>
/// Takes the options from the configuration section <c>RedisTagCache</c>, where there is a configuration. Those of a named cache come from its own section, and what that leaves open from the
/// common one.
/// </summary>
internal sealed class ConfigureFromConfiguration(IServiceProvider services) : IConfigureNamedOptions<RedisTagCacheOptions>
{
    public const string Section = "RedisTagCache";
    public const string Caches = "Caches";

    public void Configure(RedisTagCacheOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, RedisTagCacheOptions options)
    {
        name ??= Options.DefaultName;
        var configuration = services.GetService<IConfiguration>();
        var section = configuration?.GetSection(Section);
        if (section is not null)
            Bind(section, options);
        if (name.Length > 0)
        {
            options.KeyPrefix += "." + name;
            if (section is not null)
                BindOwn(SectionOf(section, name), options);
        }

        services.GetService<ConnectionNames>()?.Apply(name, configuration, options);
        options.ConfiguredConnection = (options.Configuration, options.ConnectionStringName);
    }

    /// <summary>Gets the section of a named cache.</summary>
    public static IConfigurationSection SectionOf(IConfiguration section, string name) => section.GetSection(Caches).GetSection(name);

    /// <summary>A connection that the section names is in place of the common one, in whatever way either is given.</summary>
    private static void BindOwn(IConfigurationSection section, RedisTagCacheOptions options)
    {
        if (section[nameof(options.ConnectionStringName)] is { Length: > 0 })
            options.Configuration = null;
        Bind(section, options);
    }

    private static void Bind(IConfigurationSection section, RedisTagCacheOptions options)
    {
        var bound = new BindableOptions
        {
            Configuration = options.Configuration,
            ConnectionStringName = options.ConnectionStringName,
            Enabled = options.Enabled,
            KeyPrefix = options.KeyPrefix,
            BuildNamespace = options.BuildNamespace,
            IsolateDistributedCacheByBuild = options.IsolateDistributedCacheByBuild,
            OperationTimeout = options.OperationTimeout,
            TagInvalidationRetention = options.TagInvalidationRetention,
            MaxTagInvalidations = options.MaxTagInvalidations,
            MaximumKeyLength = options.MaximumKeyLength,
            MaximumPayloadBytes = options.MaximumPayloadBytes,
            LocalCacheBytes = options.LocalCacheBytes,
            LocalCacheEntries = options.LocalCacheEntries,
            AllowLocalReadsWhenDisconnected = options.AllowLocalReadsWhenDisconnected,
            LeaseDuration = options.LeaseDuration,
            LeaseTimeout = options.LeaseTimeout,
            FactoryTimeout = options.FactoryTimeout,
            Partitions = options.Partitions,
            Compression = options.Compression,
            CompressionThreshold = options.CompressionThreshold,
        };
        section.Bind(bound);
        options.Configuration = bound.Configuration;
        options.ConnectionStringName = bound.ConnectionStringName;
        options.Enabled = bound.Enabled;
        options.KeyPrefix = bound.KeyPrefix;
        options.BuildNamespace = bound.BuildNamespace;
        options.IsolateDistributedCacheByBuild = bound.IsolateDistributedCacheByBuild;
        options.OperationTimeout = bound.OperationTimeout;
        options.TagInvalidationRetention = bound.TagInvalidationRetention;
        options.MaxTagInvalidations = bound.MaxTagInvalidations;
        options.MaximumKeyLength = bound.MaximumKeyLength;
        options.MaximumPayloadBytes = bound.MaximumPayloadBytes;
        options.LocalCacheBytes = bound.LocalCacheBytes;
        options.LocalCacheEntries = bound.LocalCacheEntries;
        options.AllowLocalReadsWhenDisconnected = bound.AllowLocalReadsWhenDisconnected;
        options.LeaseDuration = bound.LeaseDuration;
        options.LeaseTimeout = bound.LeaseTimeout;
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

        public string? ConnectionStringName { get; set; }

        public bool Enabled { get; set; }

        public string KeyPrefix { get; set; } = "";

        public string? BuildNamespace { get; set; }

        public bool IsolateDistributedCacheByBuild { get; set; }

        public TimeSpan OperationTimeout { get; set; }

        public TimeSpan TagInvalidationRetention { get; set; }

        public int MaxTagInvalidations { get; set; }

        public int MaximumKeyLength { get; set; }

        public int MaximumPayloadBytes { get; set; }

        public long LocalCacheBytes { get; set; }

        public int LocalCacheEntries { get; set; }

        public bool AllowLocalReadsWhenDisconnected { get; set; }

        public TimeSpan LeaseDuration { get; set; }

        public TimeSpan LeaseTimeout { get; set; }

        public TimeSpan FactoryTimeout { get; set; }

        public int? Partitions { get; set; }

        public CacheCompression Compression { get; set; }

        public int CompressionThreshold { get; set; }

        public Dictionary<string, BindableProfile> Profiles { get; } = [];
    }
}
