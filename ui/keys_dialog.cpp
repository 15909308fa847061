#include "ui/keys_dialog.h"

#include "ui/widgets/ask.h"
#include "ui/widgets/identify.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace ui
{

namespace
{

/// A field whose text cannot be undone back, copied out, dragged or read by the accessibility bus.
class SecretEdit final : public QLineEdit
{
public:
    SecretEdit()
    {
        setEchoMode(QLineEdit::Password); // the accessible value is masked as well; copy and drag are off
        setInputMethodHints(
            Qt::ImhHiddenText | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase | Qt::ImhSensitiveData);
        setContextMenuPolicy(Qt::NoContextMenu);
        setMaxLength(4096);
    }
    /// Overwrites what is shown before it is let go, and forgets the undo history with it.
    void wipe()
    {
        setText(QString(text().size(), u'x'));
        clear();
    }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
            const auto *key = static_cast<QKeyEvent *>(event);
            if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
                event->accept();
                return true;
            }
        }
        return QLineEdit::event(event);
    }
};

} // namespace

KeysDialog::KeysDialog(VenueKind venue, QWidget *parent)
    : QDialog{parent},
      m_venue{identify(new QComboBox, QStringLiteral("keys.venue"), tr("Venue"))},
      m_kind{identify(new QComboBox, QStringLiteral("keys.kind"), tr("Kind of key"))},
      m_key{identify(new QLineEdit, QStringLiteral("keys.key"), tr("API key"))},
      m_secret{identify(new SecretEdit, QStringLiteral("keys.secret"), tr("Secret"))},
      m_hint{roleLabel({}, "caption")},
      m_message{roleLabel({}, "confirm")},
      m_save{identify(new QPushButton{tr("Use this key")}, QStringLiteral("keys.save"), tr("Use this key"))}
{
    setObjectName(QStringLiteral("keysDialog"));
    setWindowTitle(tr("API keys"));
    setMinimumWidth(460);
    m_venue->addItem(tr("Testnet"), static_cast<int>(VenueKind::Testnet));
    m_venue->addItem(tr("Mainnet (real money)"), static_cast<int>(VenueKind::Mainnet));
    m_venue->addItem(tr("Custom"), static_cast<int>(VenueKind::Custom));
    m_venue->setCurrentIndex(std::max(0, m_venue->findData(static_cast<int>(venue))));
    m_kind->addItem(tr("HMAC-SHA256 (key and secret)"), static_cast<int>(KeyKind::Hmac));
    m_kind->addItem(tr("Ed25519 (key and private key)"), static_cast<int>(KeyKind::Ed25519));
    m_key->setMaxLength(256);
    m_hint->setWordWrap(true);
    m_message->setObjectName(QStringLiteral("keys.message"));
    m_message->setWordWrap(true);
    m_message->hide();
    auto *form = new QFormLayout;
    form->addRow(tr("Venue"), m_venue);
    form->addRow(tr("Kind"), m_kind);
    form->addRow(tr("API key"), m_key);
    form->addRow(tr("Secret"), m_secret);
    auto *remove = identify(
        new QPushButton{tr("Remove stored key…")}, QStringLiteral("keys.remove"), tr("Remove stored key"));
    auto *cancel = identify(new QPushButton{tr("Cancel")}, QStringLiteral("keys.cancel"), tr("Cancel"));
    m_save->setProperty("action", QStringLiteral("primary"));
    m_save->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(remove);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_save);
    auto *layout = new QVBoxLayout{this};
    layout->addLayout(form);
    layout->addWidget(m_hint);
    layout->addWidget(m_message);
    layout->addLayout(buttons);
    connect(m_key, &QLineEdit::textChanged, this, &KeysDialog::refresh);
    connect(m_secret, &QLineEdit::textChanged, this, &KeysDialog::refresh);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &KeysDialog::refresh);
    connect(m_save, &QPushButton::clicked, this, &KeysDialog::submit);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(remove, &QPushButton::clicked, this, [this] {
        ask(this,
            {QStringLiteral("removeKey"), tr("Remove the key?"),
                tr("Remove the stored key of %1 from this computer? It stays valid at the exchange.")
                    .arg(m_venue->currentText()),
                tr("Remove the key")},
            [this] { emit keysRemovalRequested(static_cast<VenueKind>(m_venue->currentData().toInt())); });
    });
    refresh();
}

void KeysDialog::setMessage(const QString &text)
{
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
}

void KeysDialog::refresh()
{
    const bool isHmac = static_cast<KeyKind>(m_kind->currentData().toInt()) == KeyKind::Hmac;
    m_secret->setPlaceholderText(isHmac ? tr("secret key") : tr("private key in PEM, or its base64 line"));
    m_hint->setText(
        tr("Give the key the right to trade futures and no right to withdraw. The secret is kept in the "
           "desktop's key store, never in a file."));
    m_save->setEnabled(!m_key->text().trimmed().isEmpty() && !m_secret->text().isEmpty());
}

void KeysDialog::submit()
{
    QByteArray secret = m_secret->text().toUtf8();
    emit keysEntered(static_cast<VenueKind>(m_venue->currentData().toInt()),
        static_cast<KeyKind>(m_kind->currentData().toInt()), m_key->text().trimmed().toUtf8(), secret);
    secret.fill('\0');
    accept();
}

void KeysDialog::wipe()
{
    static_cast<SecretEdit *>(m_secret)->wipe();
    m_key->clear();
}

void KeysDialog::done(int result)
{
    wipe();
    QDialog::done(result);
}

} // namespace ui
