using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Configuration;
using RedisTagCache.DependencyInjection.Configuration;
using StackExchange.Redis;

namespace RedisTagCache.Tool;

/// <summary>Which cache is meant: from the command line, the environment, or the application's settings in the current folder.</summary>
/// <param name="Connection">How to connect.</param>
/// <param name="Prefix">The key prefix.</param>
/// <param name="BuildNamespace">The build; none for all.</param>
/// <param name="Partitions">The number of partitions that the application sets, if any.</param>
/// <param name="MaxTagInvalidations">The maximum number of tag invalidations that the application sets, or the default.</param>
/// <param name="Timeout">How long an answer may take.</param>
internal sealed record ToolSettings(ConfigurationOptions Connection, string Prefix, string? BuildNamespace, int? Partitions, int MaxTagInvalidations, TimeSpan Timeout)
{
    private const string Variable = "REDISTAGCACHE_CONNECTION";
    private const string Section = "RedisTagCache";
    private const int PlainPort = 6379;
    private const int TlsPort = 6380;
    private const int SentinelPort = 26379;

    /// <exception cref="ToolException">There is no connection string, or it is none.</exception>
    public static ToolSettings Of(ParseResult parsed, ToolHost host)
    {
        var root = Configuration(host);
        var name = NameOf(parsed.GetValue(CommonOptions.Cache));
        var common = root.GetSection(Section);
        var own = name is null ? common : common.GetSection("Caches").GetSection(name);
        var connection = parsed.GetValue(CommonOptions.Connection) ?? host.Environment(Variable) ?? ConnectionOf(own, root) ?? ConnectionOf(common, root);
        if (string.IsNullOrWhiteSpace(connection))
        {
            throw new ToolException(
                ExitCode.Usage,
                "No connection is specified.",
                $"Add --connection localhost:6379, set {Variable}, or run the command in a folder whose appsettings.json has {Section}:Configuration.");
        }

        var timeout = TimeSpan.FromSeconds(parsed.GetValue(CommonOptions.Timeout));
        return new ToolSettings(
            Parse(connection, timeout),
            Checked(parsed.GetValue(CommonOptions.Prefix) ?? own["KeyPrefix"] ?? (common["KeyPrefix"] ?? "rtc") + (name is null ? "" : "." + name)),
            parsed.GetValue(CommonOptions.BuildNamespace) ?? own["BuildNamespace"] ?? common["BuildNamespace"],
            Number("Partitions"),
            Number(nameof(RedisTagCacheOptions.MaxTagInvalidations)) ?? new RedisTagCacheOptions().MaxTagInvalidations,
            timeout);

        int? Number(string option) => int.TryParse(own[option] ?? common[option], out var number) ? number : null;
    }

    /// <summary>Returns none for the cache without a name, which can be called as metrics and messages call it.</summary>
    private static string? NameOf(string? given)
    {
        if (CacheNames.Parse(given) is not { Length: > 0 } name)
            return null;
        try
        {
            CacheNames.Check(name);
            return name;
        }
        catch (ArgumentException e)
        {
            throw new ToolException(ExitCode.Usage, e.Message.Split(" (Parameter")[0], "Correct --cache. For the cache without a name, leave it out.");
        }
    }

    private static IConfigurationRoot Configuration(ToolHost host)
    {
        try
        {
            var environment = host.Environment("DOTNET_ENVIRONMENT") ?? host.Environment("ASPNETCORE_ENVIRONMENT") ?? "Production";
            return new ConfigurationBuilder().SetBasePath(host.Folder)
                .AddJsonFile("appsettings.json", optional: true)
                .AddJsonFile($"appsettings.{environment}.json", optional: true)
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw new ToolException(ExitCode.Usage, "The appsettings.json in this folder cannot be read: " + (e.InnerException ?? e).Message, "Fix it, or run the command in another folder.");
        }
    }

    private static string? ConnectionOf(IConfigurationSection section, IConfigurationRoot root) =>
        section["Configuration"] ?? (section["ConnectionStringName"] is { } name ? root.GetConnectionString(name) : null);

    private static ConfigurationOptions Parse(string connection, TimeSpan timeout)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connection);
            options.AbortOnConnectFail = true; // the tool says so and ends
            options.ConnectRetry = 1;
            options.ConnectTimeout = options.AsyncTimeout = options.SyncTimeout = (int)timeout.TotalMilliseconds;
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.IncludeDetailInExceptions = false;
            options.AllowAdmin = true; // to ask servers about themselves
            options.ClientName ??= "redistagcache";
            SetPorts(options);
            return options.EndPoints.Count > 0 ? options : throw new ArgumentException("The connection has no endpoint.", nameof(connection));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // What is wrong with it is not repeated: there may be a password in it.
            throw new ToolException(ExitCode.Usage, "The connection string is not valid.", "Use a form such as cache.example.org:6380,ssl=true,user=name,password=secret.");
        }
    }

    /// <summary>Sets the port that the client will use, so that messages and checks name it.</summary>
    private static void SetPorts(ConfigurationOptions options)
    {
        var port = !string.IsNullOrEmpty(options.ServiceName) ? SentinelPort : options.Ssl ? TlsPort : PlainPort;
        for (var i = 0; i < options.EndPoints.Count; i++)
        {
            options.EndPoints[i] = options.EndPoints[i] switch
            {
                DnsEndPoint { Port: 0 } dns => new DnsEndPoint(dns.Host, port, dns.AddressFamily),
                IPEndPoint { Port: 0 } ip => new IPEndPoint(ip.Address, port),
                var given => given,
            };
        }
    }

    private static string Checked(string prefix) => prefix.Length is > 0 and <= 64 && prefix.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? prefix
        : throw new ToolException(ExitCode.Usage, "The prefix is not valid.", "It must be 1 to 64 ASCII letters, digits, '-', '_' or '.'.");

    /// <summary>Returns the settings of a temporary cache whose keys begin like those of this one, so that a Redis user for the prefix can access them.</summary>
    /// <param name="name">The name of the temporary cache.</param>
    public ToolSettings Nested(string name) => this with { Prefix = $"{Prefix}:{name}", BuildNamespace = null };

    /// <summary>The servers as they were given, without credentials.</summary>
    public string Where => string.Join(", ", Connection.EndPoints.Select(Format));

    public static string Format(EndPoint endPoint) => endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString() ?? "";
}
