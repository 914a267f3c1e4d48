using StackExchange.Redis;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>Wrong options end the start of the host, with a message that says how to put them right.</summary>
public sealed class OptionsValidationTests
{
    private const string Prefixes = "1 to 64 ASCII letters, digits, '-', '_' or '.'";
    private static readonly string _long = new('b', 129);

    [Theory]
    [InlineData("KeyPrefix", "", Prefixes)]
    [InlineData("KeyPrefix", " ", Prefixes)]
    [InlineData("KeyPrefix", "a b", Prefixes)]
    [InlineData("KeyPrefix", "a:b", Prefixes)]
    [InlineData("KeyPrefix", "{a}", Prefixes)]
    [InlineData("KeyPrefix", "a}", Prefixes)]
    [InlineData("KeyPrefix", "ä", Prefixes)]
    [InlineData("KeyPrefix", "a\n", Prefixes)]
    [InlineData("KeyPrefix", "0123456789012345678901234567890123456789012345678901234567890123x", Prefixes)]
    [InlineData("OperationTimeout", "00:00:00", "between 00:00:00.0100000 and 00:01:00")]
    [InlineData("OperationTimeout", "00:00:00.0099999", "between 00:00:00.0100000 and 00:01:00")]
    [InlineData("OperationTimeout", "00:01:00.0000001", "between 00:00:00.0100000 and 00:01:00")]
    [InlineData("OperationTimeout", "-00:00:01", "between 00:00:00.0100000 and 00:01:00")]
    [InlineData("TagInvalidationRetention", "00:00:59.9999999", "between 00:01:00 and 365.00:00:00")]
    [InlineData("TagInvalidationRetention", "365.00:00:00.0000001", "between 00:01:00 and 365.00:00:00")]
    [InlineData("MaxTagInvalidations", "0", "between 1000 and 10000000")]
    [InlineData("MaxTagInvalidations", "999", "between 1000 and 10000000")]
    [InlineData("MaxTagInvalidations", "10000001", "between 1000 and 10000000")]
    [InlineData("MaxTagInvalidations", "-2147483648", "between 1000 and 10000000")]
    [InlineData("MaximumKeyLength", "0", "between 1 and 65536")]
    [InlineData("MaximumKeyLength", "65537", "between 1 and 65536")]
    [InlineData("MaximumPayloadBytes", "0", "between 1 and 268435456")]
    [InlineData("MaximumPayloadBytes", "268435457", "between 1 and 268435456")]
    [InlineData("LocalCacheBytes", "-1", "between 0 and 68719476736")]
    [InlineData("LocalCacheBytes", "68719476737", "between 0 and 68719476736")]
    [InlineData("LocalCacheEntries", "-1", "between 0 and 100000000")]
    [InlineData("LocalCacheEntries", "100000001", "between 0 and 100000000")]
    [InlineData("LeaseDuration", "00:00:00.4999999", "between 00:00:00.5000000 and 00:05:00")]
    [InlineData("LeaseDuration", "00:05:00.0000001", "between 00:00:00.5000000 and 00:05:00")]
    [InlineData("LeaseTimeout", "-00:00:00.0000001", "between 00:00:00 and 00:10:00")]
    [InlineData("LeaseTimeout", "00:10:00.0000001", "between 00:00:00 and 00:10:00")]
    [InlineData("FactoryTimeout", "00:00:00.9999999", "between 00:00:01 and 01:00:00")]
    [InlineData("FactoryTimeout", "01:00:00.0000001", "between 00:00:01 and 01:00:00")]
    [InlineData("CompressionThreshold", "-1", "between 0 and 268435456")]
    [InlineData("Compression", "7", "one of None, Brotli, GZip")]
    public async Task Start_WithAValueOutOfRange_NamesOptionValueAndRange(string option, string value, string range)
    {
        var e = await TestHost.RefusedAsync(null, ("Configuration", "localhost:1"), (option, value));
        Assert.Equal($"RedisTagCacheOptions.{option} must be {range}, but was '{value}'.", Assert.Single(e.Failures).Split(": ", 2)[1]);
    }

    [Theory]
    [InlineData("KeyPrefix", "a")]
    [InlineData("KeyPrefix", "My-app_1.x")]
    [InlineData("KeyPrefix", "0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("OperationTimeout", "00:00:00.01")]
    [InlineData("OperationTimeout", "00:01:00")]
    [InlineData("TagInvalidationRetention", "00:01:00")]
    [InlineData("TagInvalidationRetention", "365.00:00:00")]
    [InlineData("MaxTagInvalidations", "1000")]
    [InlineData("MaxTagInvalidations", "10000000")]
    [InlineData("MaximumKeyLength", "1")]
    [InlineData("MaximumPayloadBytes", "268435456")]
    [InlineData("LocalCacheBytes", "0")]
    [InlineData("LocalCacheEntries", "0")]
    [InlineData("LeaseDuration", "00:00:00.5")]
    [InlineData("LeaseTimeout", "00:00:00")]
    [InlineData("CompressionThreshold", "0")]
    public Task Start_WithAValueAtTheEdge_Succeeds(string option, string value) => TestHost.StartsAsync(null, ("Configuration", "localhost:1"), (option, value));

    [Fact]
    public async Task Start_WithALongBuildNamespace_NamesItsLength()
    {
        var e = await TestHost.RefusedAsync(null, ("Configuration", "localhost:1"), ("BuildNamespace", _long));
        Assert.Contains($"BuildNamespace must be 1 to 128 characters, but was '{_long}'.", e.Message, StringComparison.Ordinal);
        await TestHost.StartsAsync(null, ("Configuration", "localhost:1"), ("BuildNamespace", _long[..128]));
        await TestHost.StartsAsync(null, ("Configuration", "localhost:1"), ("BuildNamespace", new string(' ', 127) + "ä")); // longer once it is escaped
    }

    [Fact]
    public async Task Start_WithNoKeyPrefixAtAll_NamesIt()
    {
        var e = await TestHost.RefusedAsync(options => (options.KeyPrefix, options.Configuration) = (null!, "localhost:1"));
        Assert.Contains("KeyPrefix must be 1 to 64 ASCII letters, digits, '-', '_' or '.', but was ''.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithSeveralErrors_NamesThemAll()
    {
        var e = await TestHost.RefusedAsync(options =>
        {
            options.KeyPrefix = "{}";
            options.BuildNamespace = _long;
            options.OperationTimeout = TimeSpan.Zero;
            options.TagInvalidationRetention = TimeSpan.Zero;
            options.MaxTagInvalidations = 0;
        });
        string[] options = ["KeyPrefix", "BuildNamespace", "OperationTimeout", "TagInvalidationRetention", "MaxTagInvalidations", "Configuration"];
        Assert.Equal(options.Length, e.Failures.Count());
        Assert.All(options, option => Assert.Contains("RedisTagCacheOptions", Assert.Single(e.Failures, failure => failure.Contains(option, StringComparison.Ordinal)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithoutDefinedEndPoints_NamesTheOption()
    {
        var e = await TestHost.RefusedAsync(options => options.ConfigurationOptions = new ConfigurationOptions { Password = "hunter2" });
        Assert.Contains("RedisTagCacheOptions.ConfigurationOptions has no endpoint", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }
}
