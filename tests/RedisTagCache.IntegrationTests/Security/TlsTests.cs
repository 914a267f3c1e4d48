using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>A server that speaks TLS alone, with a certificate made for the test.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rtc-tls-").FullName;
    private readonly int _port = RedisServer.FreePort();
    private X509Certificate2 _certificate = null!;
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        using var key = RSA.Create(2_048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(InFolder("cert.pem"), _certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(InFolder("key.pem"), key.ExportPkcs8PrivateKeyPem());
        _server = await RedisServer.StartAsync(
            "--tls-port", _port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", InFolder("cert.pem"), "--tls-key-file", InFolder("key.pem"),
            "--tls-ca-cert-file", InFolder("cert.pem"), "--tls-auth-clients", "no");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OverTls_EvictionsReachOtherInstances()
    {
        await using var a = Create(isTrusted: true);
        await using var b = Create(isTrusted: true);
        Assert.Equal(CacheWriteOutcome.Stored, await a.Store.WriteAsync("k", "v", "t"));
        Assert.Equal("v", await b.Store.ReadAsync("k"));
        await b.Store.EvictByTagAsync("t");
        Assert.Null(await a.Store.ReadAsync("k"));
    }

    [Fact]
    public async Task ACertificateThatIsNotTrusted_IsRedisAway()
    {
        await using var instance = Create(isTrusted: false);
        Assert.Equal(CacheWriteOutcome.Skipped, await instance.Store.WriteAsync("k", "v", "t"));
    }

    private Instance Create(bool isTrusted)
    {
        var configuration = ConfigurationOptions.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port},ssl=true,connectRetry=1"));
        if (isTrusted)
            configuration.CertificateValidation += (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate.GetCertHashString();
        return Instance.Create("", options =>
        {
            (options.Configuration, options.ConfigurationOptions) = (null, configuration);
            options.OperationTimeout = isTrusted ? SharedServers.OperationTimeout : options.OperationTimeout;
        });
    }

    private string InFolder(string name) => Path.Combine(_folder, name);
}
